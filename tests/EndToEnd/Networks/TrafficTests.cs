using Orch.Tests.EndToEnd.Cluster;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd.Networks;

/// <summary>Traffic goes on, request by request, while services are updated and daemons die.</summary>
public sealed class TrafficTests(NetworkCluster cluster, ITestOutputHelper output) : IClassFixture<NetworkCluster>, IAsyncLifetime
{
    private OrchMachine Machine => cluster.Manager;
    private string Address => Machine.Machine.Address;

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => LabRequirements.Missing is null ? cluster.EmptyAsync() : Task.CompletedTask;

    [LabTheory]
    [InlineData("stop-first")]
    [InlineData("start-first")]
    public async Task A_rolling_update_loses_no_request(string order)
    {
        var requests = Soak.Count("ORCH_REQUESTS", 5_000);
        await Machine.OkAsync("network", "create", "-d", "overlay", $"roll-{order}");
        await Machine.OkAsync("service", "create", "--name", "web", "--network", $"roll-{order}", "--replicas", "3", "-p", "8080:80",
            "--update-order", order, "--update-monitor", "100ms", "echo:v1");
        var traffic = new Traffic(cluster.Outside, Address, 8080, clients: 8).Start();

        var updates = 0;
        do
        {
            await Machine.OkAsync("service", "update", "--image", updates++ % 2 == 0 ? "echo:v2" : "echo:v1", "web");
        }
        while (traffic.Done < requests);
        await traffic.StopAsync();

        output.WriteLine($"{order}: {updates} updates, {traffic.Done} requests, {traffic.ByHost.Count} tasks, {traffic.Failures.Count} failed");
        Assert.True(traffic.Failures.Count == 0, string.Join('\n', traffic.Failures));
        Assert.True(traffic.ByHost.Count >= 3 + 3 * updates - 1, "some tasks got no request");
    }

    [LabFact]
    public async Task Traffic_goes_on_and_names_are_back_when_the_agent_is_killed()
    {
        var kills = Soak.Count("ORCH_AGENT_KILLS", 5);
        await Machine.OkAsync("network", "create", "-d", "overlay", "steady");
        await Machine.OkAsync("service", "create", "--name", "web", "--network", "steady", "--replicas", "3", "-p", "8080:80", "echo");
        await Machine.OkAsync("service", "create", "--name", "asker", "--network", "steady", "echo");
        var asker = (await Machine.ContainersAsync("asker"))[0];
        var before = await Machine.RunningTasksAsync();
        var traffic = new Traffic(cluster.Outside, Address, 8080, clients: 4).Start();

        for (var kill = 0; kill < kills; kill++)
        {
            await traffic.ReachAsync(traffic.Done + 100);
            await Machine.KillDaemonsAsync("orch-agent");
            await Until.TrueAsync("names are back", async () => (await Machine.ResolveAsync(asker, "web")).Count == 1);
        }
        await Machine.ConvergedAsync("web");
        await traffic.StopAsync();

        output.WriteLine($"{kills} kills, {traffic.Done} requests, {traffic.Failures.Count} failed");
        Assert.True(traffic.Failures.Count == 0, string.Join('\n', traffic.Failures));
        var after = await Machine.RunningTasksAsync();
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        Assert.All(before, task => Assert.Equal(task.Value.Id, after[task.Key].Id));
    }
}
