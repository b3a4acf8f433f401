using System.Diagnostics;
using Orch.Tests.EndToEnd.Cluster;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd.Networks;

/// <summary>Traffic goes on, request by request, while services are updated and daemons die.</summary>
public sealed class TrafficTests(NetworkCluster cluster, ITestOutputHelper output) : ClusterTests<NetworkCluster>(cluster)
{
    private OrchMachine Machine => Manager;
    private string Address => Machine.Machine.Address;

    [LabTheory]
    [InlineData("stop-first")]
    [InlineData("start-first")]
    public async Task A_rolling_update_loses_no_request(string order)
    {
        var requests = Soak.Count("ORCH_REQUESTS", 5_000);
        await Machine.OkAsync("network", "create", "-d", "overlay", $"roll-{order}");
        await Machine.OkAsync("service", "create", "--name", "web", "--network", $"roll-{order}", "--replicas", "3", "-p", "8080:80",
            "--update-order", order, "--update-monitor", "100ms", "echo:v1");
        var traffic = new Traffic(Cluster.Outside, Address, 8080, clients: 8).Start();

        var updates = 0;
        do
        {
            await Machine.OkAsync("service", "update", "--image", updates++ % 2 == 0 ? "echo:v2" : "echo:v1", "web");
        }
        while (traffic.Done < requests);
        await traffic.StopAsync();

        if (traffic.Failures.Count > 0)
            await TellAsync();
        output.WriteLine($"{order}: {updates} updates, {traffic.Done} requests, {traffic.ByHost.Count} tasks, {traffic.Failures.Count} failed");
        Assert.True(traffic.Failures.Count == 0, string.Join('\n', traffic.Failures));
        Assert.True(traffic.ByHost.Count >= 3 + 3 * updates - 1, "some tasks got no request");
    }

    /// <summary>What containers did when a request was lost, and how the kernel saw connections.</summary>
    private async Task TellAsync()
    {
        var now = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var events = await Machine.Machine.ExecAsync("docker", "events", "--since", $"{now - 60}", "--until", $"{now}",
            "--format", "{{.TimeNano}} {{.Type}} {{.Action}} {{.Actor.Attributes.name}} {{.Actor.Attributes.signal}}");
        output.WriteLine(events.Output);
        output.WriteLine((await Machine.Machine.ExecAsync("cat", "/proc/net/stat/nf_conntrack")).Output);
        output.WriteLine((await Machine.Machine.ExecAsync("nstat", "-asz")).Output);
    }

    private int Sessions() => Directory.GetFiles($"{Machine.Machine.DataDirectory}/log", "*agent*")
        .Sum(log => File.ReadLines(log).Count(line => line.Contains(": session ", StringComparison.Ordinal)));

    [LabFact]
    public async Task Traffic_goes_on_and_names_are_back_when_the_agent_is_killed()
    {
        var kills = Soak.Count("ORCH_AGENT_KILLS", 5);
        await Machine.OkAsync("network", "create", "-d", "overlay", "steady");
        await Machine.OkAsync("service", "create", "--name", "web", "--network", "steady", "--replicas", "3", "-p", "8080:80", "echo");
        await Machine.OkAsync("service", "create", "--name", "asker", "--network", "steady", "echo");
        var asker = (await Machine.ContainersAsync("asker"))[0];
        var server = (await Machine.InsideAsync(asker, "cat", "/etc/resolv.conf")).EnsureSuccess().Output.Split('\n')[0].Split(' ')[1];
        var before = await Machine.RunningTasksAsync();
        var traffic = new Traffic(Cluster.Outside, Address, 8080, clients: 4).Start();

        var sessions = Sessions();
        for (var kill = 0; kill < kills; kill++)
        {
            // Not before a manager has heard of it: silence over several lives would be that of a machine that is down.
            await Until.TrueAsync("the agent has a session", () => Task.FromResult(Sessions() >= sessions + kill));
            await traffic.ReachAsync(traffic.Done + 200);
            await Machine.KillDaemonsAsync("orch-agent");
            var killed = Stopwatch.GetTimestamp();
            await Until.TrueAsync("names are back", () => Machine.AnswersNameAsync("asker", server, "web"));
            output.WriteLine($"names were away for {Stopwatch.GetElapsedTime(killed).TotalMilliseconds:0} ms");
        }
        await Machine.ConvergedAsync("web");
        await traffic.StopAsync();

        output.WriteLine($"{kills} kills, {traffic.Done} requests, {traffic.Failures.Count} failed");
        if (File.ReadAllText(Path.Combine(Machine.Machine.DataDirectory, "log", "manager.log")).Contains(": it is down", StringComparison.Ordinal))
        {
            output.WriteLine("this host is so slow that a manager took the machine for dead: nothing can be said of its agent");
            return;
        }
        Assert.True(traffic.Failures.Count == 0, string.Join('\n', traffic.Failures));
        var after = await Machine.RunningTasksAsync();
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        Assert.All(before, task => Assert.Equal(task.Value.Id, after[task.Key].Id));
    }
}
