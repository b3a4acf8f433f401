using Orch.Tests.EndToEnd.Cluster;

namespace Orch.Tests.EndToEnd.Networks;

/// <summary>A machine that leaves its cluster is as it was before, by whichever way it leaves.</summary>
public sealed class LeaveTests(TwoMachineCluster cluster) : IClassFixture<TwoMachineCluster>
{
    private OrchMachine Manager => cluster.Machines[0];
    private OrchMachine Worker => cluster.Machines[1];

    [LabFact]
    public async Task Nothing_of_orch_stays_on_a_machine_that_leaves_or_is_removed()
    {
        await Manager.OkAsync("network", "create", "-d", "overlay", "--attachable", "brief");
        (await Manager.Machine.ExecAsync(new ExecOptions { Input = "canary" }, OrchMachine.Program("orch"), "secret", "create", "word", "-"))
            .EnsureSuccess();
        await Manager.OkAsync("service", "create", "--name", "web", "--network", "brief", "--secret", "word", "--mode", "global",
            "-p", "8080:80", "app:v1");
        await Manager.OkAsync("service", "create", "--name", "open", "--mode", "global", "-p", "8081:80", "app:v1");
        await UsedAsync(Manager);
        await UsedAsync(Worker);

        await Manager.OkAsync("node", "rm", "--force", Worker.Machine.Name);
        // Nobody at that machine asked for it: its logs stay, for who wants to know what became of it.
        Assert.Empty(await NetworkTraces.LeftAsync(async () =>
            [.. (await NetworkTraces.OfAllAsync(Worker)).Where(found => !found.Contains("/orch/log/", StringComparison.Ordinal))]));

        await Worker.JoinAsync(Manager);
        await Until.TrueAsync("its tasks run again", async () => (await Worker.RunningTasksAsync()).Count == 2);
        await UsedAsync(Worker);
        await Worker.OkAsync("leave");
        Assert.Empty(await NetworkTraces.OfAllAsync(Worker));

        await Manager.OkAsync("leave", "--force");
        Assert.Empty(await NetworkTraces.OfAllAsync(Manager));
    }

    /// <summary>There is something of each kind, or its absence later would prove nothing.</summary>
    private static async Task UsedAsync(OrchMachine orch)
    {
        var found = await NetworkTraces.OfAllAsync(orch);
        string[] kinds =
        [
            "link or-", "link ox-", "rule -A DOCKER-USER", "rules of a service:", "engine network", "nft table", "container", "mount", "process", "file",
        ];
        Assert.All(kinds, kind => Assert.Contains(found, line => line.StartsWith(kind, StringComparison.Ordinal)));
    }
}
