using System.Diagnostics;
using System.Text.Json;
using Orch.Tests.EndToEnd.Cluster;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd.HighAvailability;

/// <summary>Three managers over one PostgreSQL, on machines of their own: made by the command line, and losing the leader's machine.</summary>
public sealed class ThreeManagersTests(ThreeManagers cluster, ITestOutputHelper output) : IClassFixture<ThreeManagers>
{
    [LabFact]
    public async Task Managers_join_and_the_loss_of_the_leaders_machine_costs_no_other_container_nor_does_that_of_the_store()
    {
        await JoinedAsync();
        await LostAsync();
        await StoreLostAsync();
        await RemovedAsync();
    }

    [LabFact]
    public async Task Killed_leaders_cost_no_container_and_every_agent_finds_the_next_one()
    {
        await cluster.Managers[0].OkAsync("service", "create", "--name", "steady", "--replicas", "6", "sleeper");
        var before = await ContainersAsync();
        foreach (var manager in cluster.Managers)
            await Until.TrueAsync("the agent knows all managers", () => KnownManagers(manager) == 3);
        for (var kill = 0; kill < Soak.Count("ORCH_HA_KILLS", 2); kill++)
        {
            var leader = await cluster.LeaderAsync();
            var witness = cluster.Managers.First(manager => manager != leader);
            var clock = Stopwatch.StartNew();
            await leader.KillDaemonsAsync("orch-manager");
            await Until.TrueAsync("a write is accepted", () => witness.Api.TryCreateServiceAsync($"kill-{kill}", replicas: 0));
            var accepted = clock.ElapsedMilliseconds;
            await Until.TrueAsync("all agents are with the leader", async () => await witness.Api.AnswersAsync()
                && (await witness.Api.GetAsync("nodes")).EnumerateArray().All(node =>
                    node.GetProperty("Status").GetProperty("State").GetString() == "ready"));
            output.WriteLine($"a write after {accepted} ms, all agents after {clock.ElapsedMilliseconds} ms");
        }
        await cluster.Managers[0].ConvergedAsync("steady");
        Assert.Equal(before, await ContainersAsync());
        await cluster.LeaderAsync();
    }

    private static int KnownManagers(OrchMachine manager)
    {
        using var node = JsonDocument.Parse(File.ReadAllText(Path.Combine(manager.Machine.DataDirectory, "node.json")));
        return node.RootElement.GetProperty("managers").GetArrayLength();
    }

    private async Task<List<string>> ContainersAsync()
    {
        var all = new List<string>();
        foreach (var manager in cluster.Managers)
            all.AddRange((await manager.RunningTasksAsync()).Select(task => $"{manager.Machine.Name} {task.Key} {task.Value.Id} {task.Value.StartedAt:O}"));
        all.Sort(StringComparer.Ordinal);
        return all;
    }

    private async Task JoinedAsync()
    {
        output.WriteLine(await cluster.Managers[1].OkAsync("node", "ls"));
        await Until.TrueAsync("all are reachable", async () => (await cluster.Managers[2].OkAsync("node", "ls", "--format", "{{.ManagerStatus}}"))
            .Trim().Split('\n').Order(StringComparer.Ordinal).SequenceEqual(["Leader", "Reachable", "Reachable"]));
        foreach (var manager in cluster.Managers)
        {
            foreach (var secret in new[] { "store", "keys" })
            {
                var file = Path.Combine(manager.Machine.DataDirectory, "manager", secret);
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
            Assert.DoesNotContain("never-in-the-clear", await manager.OkAsync("status"), StringComparison.Ordinal);
            Assert.DoesNotContain("never-in-the-clear", await File.ReadAllTextAsync(Path.Combine(manager.Machine.DataDirectory, "log", "manager.log")),
                StringComparison.Ordinal);
        }
        output.WriteLine(await cluster.Managers[1].OkAsync("status"));
    }

    private async Task LostAsync()
    {
        var example = Path.Combine(Path.GetDirectoryName(OrchMachine.Program(""))!, "..", "cluster-examples", "ha-postgres", "stack.yml");
        await cluster.Managers[2].OkAsync("stack", "deploy", "-c", Path.GetFullPath(example), "--wait", "ha");
        var leader = await cluster.LeaderAsync();
        var others = cluster.Managers.Where(manager => manager != leader).ToList();
        var before = new Dictionary<OrchMachine, IReadOnlyDictionary<string, EngineContainerDetails>>();
        foreach (var manager in others)
            before[manager] = await manager.RunningTasksAsync();

        await leader.Machine.PowerOffAsync();
        await Until.TrueAsync("a write is accepted", () => others[0].Api.TryCreateServiceAsync("after", 1));
        await others[1].ConvergedAsync("ha_web");
        await others[1].ConvergedAsync("after");
        var next = await cluster.LeaderAsync(leader);
        Assert.NotSame(leader, next);
        foreach (var manager in others)
        {
            var now = await manager.RunningTasksAsync();
            Assert.All(before[manager], task => Assert.Equal(task.Value.Id, now[task.Key].Id));
        }
        output.WriteLine(await others[0].OkAsync("node", "ls"));
        Assert.Contains("Unreachable", await others[0].OkAsync("node", "ls"), StringComparison.Ordinal);

        await leader.Machine.BootAsync();
        await leader.OkAsync("start");
        await Until.TrueAsync("the one that was lost stands by", async () =>
            (await others[0].OkAsync("node", "ls", "--format", "{{.Status}} {{.ManagerStatus}}")).Trim().Split('\n')
                .Order(StringComparer.Ordinal).SequenceEqual(["Ready Leader", "Ready Reachable", "Ready Reachable"]));
        Assert.Same(next, await cluster.LeaderAsync());
        Assert.Contains("after", await leader.Api.ServiceNamesAsync());
    }

    private async Task StoreLostAsync()
    {
        var before = await TasksAsync();
        await cluster.Postgres.KillAsync();
        foreach (var manager in cluster.Managers)
        {
            var (status, body) = await manager.Api.PostAsync("services/create", """{ "Name": "refused" }""");
            Assert.True((int)status >= 400, $"{status} {body}");
        }
        await Until.TrueAsync("nobody leads", async () => (await cluster.Managers[0].OrchAsync("service", "ls")).ExitCode != 0);
        output.WriteLine((await cluster.Managers[0].OrchAsync("service", "ls")).Error);

        await cluster.Postgres.StartAsync();
        await Until.TrueAsync("a write is accepted", () => cluster.Managers[0].Api.TryCreateServiceAsync("returned", 1));
        await cluster.Managers[1].ConvergedAsync("returned");
        Assert.Subset(await TasksAsync(), before);
    }

    /// <summary>The founder is taken out while it is away; it still has keys and store when it comes back.</summary>
    private async Task RemovedAsync()
    {
        var (gone, stays) = (cluster.Managers[0], cluster.Managers[1]);
        await gone.Machine.PowerOffAsync();
        await Until.TrueAsync("it can be removed", async () => (await stays.OrchAsync("node", "rm", "--force", gone.Machine.Name)).ExitCode == 0);
        await gone.Machine.BootAsync();
        var starting = gone.Machine.ExecAsync("timeout", "-s", "INT", "20", OrchMachine.Program("orch"), "start");
        await Until.TrueAsync("its manager knows", async () =>
            (await File.ReadAllTextAsync(Path.Combine(gone.Machine.DataDirectory, "log", "manager.log")))
                .Contains("was removed from the cluster", StringComparison.Ordinal));
        Assert.NotEqual(0, (await starting).ExitCode);
        await cluster.LeaderAsync(gone);
        Assert.Equal(2, (await stays.OkAsync("node", "ls", "-q")).Trim().Split('\n').Length);
    }

    private async Task<HashSet<string>> TasksAsync()
    {
        var containers = new HashSet<string>();
        foreach (var manager in cluster.Managers)
            containers.UnionWith((await manager.RunningTasksAsync()).Values.Select(task => task.Id));
        return containers;
    }
}
