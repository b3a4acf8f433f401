using System.Diagnostics;
using Orch.Tests.EndToEnd.Cluster;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd;

/// <summary>Three machines, one manager: joining, losing and freezing machines.</summary>
public sealed class ThreeMachineTests(ThreeMachineCluster cluster, ITestOutputHelper output)
    : ClusterTests<ThreeMachineCluster>(cluster)
{
    [LabFact]
    public async Task Joined_machines_are_ready_and_share_the_tasks()
    {
        var nodes = (await Manager.OkAsync("node", "ls", "--format", "{{.Hostname}} {{.Status}} {{.Availability}}")).Trim().Split('\n');
        Assert.Equal(["n1 Ready Active", "n2 Ready Active", "n3 Ready Active"], nodes.Order());

        await Manager.OkAsync("service", "create", "--name", "spread", "--replicas", "6", "sleeper");
        foreach (var machine in Cluster.Machines)
            Assert.Equal(2, (await machine.RunningTasksAsync()).Count);
    }

    [LabFact]
    public async Task When_a_machine_loses_power_its_tasks_run_elsewhere_and_nothing_else_moves()
    {
        await Manager.OkAsync("service", "create", "--name", "move", "--replicas", "6", "sleeper");
        for (var i = 0; i < Soak.Count("ORCH_POWER_LOSSES", 1); i++)
        {
            await LosePowerAsync(Cluster.Machines[2]);
            await Manager.OkAsync("service", "update", "--force", "--update-parallelism", "0", "--update-monitor", "100ms", "move");
        }
    }

    private async Task LosePowerAsync(OrchMachine victim)
    {
        var stay = (await Manager.RunningTasksAsync()).Keys.Concat((await Cluster.Machines[1].RunningTasksAsync()).Keys).ToList();
        var clock = Stopwatch.StartNew();
        await victim.Machine.PowerOffAsync();
        await Until.TrueAsync("six tasks run on two machines", async () =>
            (await Manager.RunningTasksAsync()).Count + (await Cluster.Machines[1].RunningTasksAsync()).Count == 6);
        output.WriteLine($"power loss to all tasks running elsewhere: {clock.Elapsed.TotalSeconds:f2} s");

        var now = (await Manager.RunningTasksAsync()).Keys.Concat((await Cluster.Machines[1].RunningTasksAsync()).Keys);
        Assert.Empty(stay.Except(now));
        Assert.Contains("Down", await Manager.OkAsync("node", "ls", "--filter", "name=n3"), StringComparison.Ordinal);
        await victim.Machine.BootAsync();
        await victim.OkAsync("start");
        await Until.TrueAsync("n3 is back", async () =>
            (await Manager.OkAsync("node", "ls", "--filter", "name=n3", "--format", "{{.Status}}")).Trim() == "Ready");
        await Until.TrueAsync("n3 gave up what moved", async () => (await victim.RunningTasksAsync()).Count == 0);
    }

    [LabFact]
    public async Task A_machine_that_is_cut_off_keeps_its_containers_and_gives_them_up_when_healed()
    {
        await Manager.OkAsync("service", "create", "--name", "cut", "--replicas", "3", "sleeper");
        var away = Cluster.Machines[2];
        await away.Machine.CutAsync();
        await Until.TrueAsync("three run on the others", async () =>
            (await Manager.RunningTasksAsync()).Count + (await Cluster.Machines[1].RunningTasksAsync()).Count == 3);
        Assert.Single(await away.RunningTasksAsync());

        await away.Machine.HealAsync();
        await Until.TrueAsync("the one that was replaced is gone", async () => (await away.RunningTasksAsync()).Count == 0);
        Assert.Equal("3/3", (await Manager.OkAsync("service", "ls", "--filter", "name=cut", "--format", "{{.Replicas}}")).Trim());
    }

    [LabFact]
    public async Task A_drained_machine_loses_its_tasks_and_takes_none()
    {
        await Manager.OkAsync("service", "create", "--name", "leave", "--replicas", "3", "sleeper");
        await Manager.OkAsync("node", "update", "--availability", "drain", "n2");
        await Until.TrueAsync("n2 is empty", async () => (await Cluster.Machines[1].RunningTasksAsync()).Count == 0);
        await Manager.ConvergedAsync("leave");
        await Manager.OkAsync("node", "update", "--availability", "active", "n2");
    }
}
