using System.Diagnostics;
using System.Net.Sockets;
using Orch.Tests.EndToEnd.Cluster;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd.Networks;

/// <summary>What somebody breaks is right again by itself; what is needed no more is gone without a trace.</summary>
public sealed class RepairTests(NetworkCluster cluster, ITestOutputHelper output) : ClusterTests<NetworkCluster>(cluster)
{
    private OrchMachine Machine => Manager;
    private string _broken = "nothing broken";
    private long _brokenAt = Stopwatch.GetTimestamp();

    private string Address => Machine.Machine.Address;

    [LabFact]
    public async Task Rules_links_and_an_engine_that_restarts_are_right_again()
    {
        await Machine.OkAsync("network", "create", "-d", "overlay", "mended");
        await Machine.OkAsync("service", "create", "--name", "web", "--network", "mended", "--replicas", "2", "-p", "8080:80", "echo");
        await Machine.OkAsync("service", "create", "--name", "asker", "--network", "mended", "echo");
        var asker = (await Machine.ContainersAsync("asker"))[0];
        var before = await Machine.RunningTasksAsync();
        await AllAnswersAsync(asker);

        foreach (var bridge in await LinksAsync("or-"))
            await BreakAsync($"ip link del {bridge}", "ip", "link", "del", bridge);
        await AllAnswersAsync(asker);
        await BreakAsync("iptables flushed", "iptables", "-F", "DOCKER-USER");
        await AllAnswersAsync(asker);
        // From here on the engine's own chains are gone, until it starts again: it can make no network.
        await BreakAsync("nft flush ruleset", "nft", "flush", "ruleset");
        await AllAnswersAsync(asker);
        await BreakAsync("nft delete table", "nft", "delete", "table", "ip", "orch");
        await AllAnswersAsync(asker);
        foreach (var vxlan in await LinksAsync("ox-"))
            await BreakAsync($"ip link del {vxlan}", "ip", "link", "del", vxlan);
        await AllAnswersAsync(asker);

        await Machine.Machine.KillEngineAsync();
        await AllAnswersAsync(asker, inside: false);
        await Machine.Machine.StartEngineAsync();
        (_broken, _brokenAt) = ("the engine's return", Stopwatch.GetTimestamp());
        await AllAnswersAsync(asker);
        var after = await Machine.RunningTasksAsync();
        Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
        Assert.All(before, task => Assert.Equal(task.Value.Pid, after[task.Key].Pid));
    }

    [LabFact]
    public async Task After_a_reboot_names_and_ports_are_back()
    {
        await Machine.OkAsync("network", "create", "-d", "overlay", "reborn");
        await Machine.OkAsync("service", "create", "--name", "web", "--network", "reborn", "--replicas", "2", "-p", "8080:80", "echo");
        await Machine.OkAsync("service", "create", "--name", "asker", "--network", "reborn", "echo");

        await Machine.Machine.PowerOffAsync();
        await Machine.Machine.BootAsync();
        await Machine.OkAsync("start");
        await Machine.ConvergedAsync("web", TimeSpan.FromSeconds(60));
        await Machine.ConvergedAsync("asker", TimeSpan.FromSeconds(60));

        await AllAnswersAsync((await Machine.ContainersAsync("asker"))[0]);
    }

    [LabFact]
    public async Task Nothing_stays_of_networks_that_come_and_go()
    {
        var rounds = Soak.Count("ORCH_NETWORK_ROUNDS", 3);
        for (var round = 0; round < rounds; round++)
        {
            await Machine.OkAsync("network", "create", "-d", "overlay", $"brief{round}");
            await Machine.OkAsync("service", "create", "--name", "web", "--network", $"brief{round}", "--replicas", "2", "-p", "8080:80", "echo");
            await Until.TrueAsync("the published port answers", () => Cluster.Outside.AnswersAsync(Address, 8080));
            await Machine.OkAsync("service", "rm", "web");
            await Until.TrueAsync("the network can be removed",
                async () => (await Machine.OrchAsync("network", "rm", $"brief{round}")).ExitCode == 0, TimeSpan.FromSeconds(30));
        }

        Assert.Empty(await NetworkTraces.LeftAsync(() => NetworkTraces.OfNetworksAsync(Machine)));
    }

    [LabFact]
    public async Task A_machine_without_nftables_says_so_on_its_tasks_until_it_has_it()
    {
        var library = (await Machine.Machine.ExecAsync("find", "/usr/lib", "-name", "libnftables.so.1.*")).EnsureSuccess().Output.Split('\n')[0];
        (await Machine.Machine.ExecAsync("mount", "--bind", "/dev/null", library)).EnsureSuccess();
        await Machine.KillDaemonsAsync("orch-agent");

        await Machine.OkAsync("network", "create", "-d", "overlay", "lacking");
        await Machine.OkAsync("service", "create", "-d", "--name", "web", "--network", "lacking", "--restart-delay", "1s", "echo");
        var said = "";
        await Until.TrueAsync("the task says what is missing", async () =>
            (said = await Machine.OkAsync("service", "ps", "web", "--no-trunc", "--format", "{{.CurrentState}}: {{.Error}}"))
                .Contains("this machine has no libnftables.so.1: install the package nftables", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        output.WriteLine(said);
        Assert.StartsWith("Rejected", said.Split('\n').First(line => line.Contains("nftables", StringComparison.Ordinal)), StringComparison.Ordinal);

        (await Machine.Machine.ExecAsync("umount", library)).EnsureSuccess();
        await Machine.ConvergedAsync("web", TimeSpan.FromSeconds(60));
    }

    private async Task BreakAsync(string what, params string[] command)
    {
        (await Machine.Machine.ExecAsync(command)).EnsureSuccess();
        (_broken, _brokenAt) = (what, Stopwatch.GetTimestamp());
    }

    private async Task AllAnswersAsync(string asker, bool inside = true)
    {
        await Until.TrueAsync("the published port answers", () => Cluster.Outside.AnswersAsync(Address, 8080));
        await Until.TrueAsync("localhost answers", () => Machine.Machine.AnswersAsync("127.0.0.1", 8080));
        if (inside)
            await Until.TrueAsync("the name answers", async () => (await Machine.InsideAsync(asker, "timeout", "1", "wget", "-q", "-O", "-", "http://web/")).ExitCode == 0);
        output.WriteLine($"{_broken}: all answers after {Stopwatch.GetElapsedTime(_brokenAt).TotalMilliseconds:0} ms");
    }

    private async Task<IReadOnlyList<string>> LinksAsync(string prefix) =>
        [.. (await Machine.Machine.ExecAsync("ls", "/sys/class/net")).Output.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
            .Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
}
