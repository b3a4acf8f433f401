using System.Diagnostics;
using System.Text.Json;
using Orch.Tests.EndToEnd.Cluster;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd;

/// <summary>Several managers and what they manage: leaders come and go, and no container hears of it.</summary>
public sealed class LeaderTests(HaCluster cluster, ITestOutputHelper output) : ClusterTests<HaCluster>(cluster)
{
    [LabFact]
    public async Task A_killed_leader_costs_no_container_and_every_agent_finds_the_next_one()
    {
        await Manager.OkAsync("service", "create", "--name", "steady", "--replicas", "6", "sleeper");
        var before = await ContainersAsync();
        foreach (var machine in Cluster.Machines)
            await Until.TrueAsync("the agent knows all managers", () => KnownManagers(machine) == 3);
        for (var kill = 0; kill < Soak.Count("ORCH_HA_KILLS", 2); kill++)
        {
            var leader = await Cluster.LeaderAsync();
            var witness = Cluster.Machines.First(machine => machine != leader);
            var clock = Stopwatch.StartNew();
            await leader.KillDaemonsAsync("orch-manager");
            await Until.TrueAsync("a write is taken", () => witness.Api.TryCreateServiceAsync($"w{kill}", replicas: 0));
            var taken = clock.ElapsedMilliseconds;
            await Until.TrueAsync("all machines reported to the leader", () => AllAsync(witness, IsReady));
            output.WriteLine($"a write after {taken} ms, all machines after {clock.ElapsedMilliseconds} ms");
        }
        await Manager.ConvergedAsync("steady");
        Assert.Equal(before, await ContainersAsync());
        await Until.TrueAsync("all managers are heard", () => AllAsync(Manager, node =>
            node.GetProperty("ManagerStatus").GetProperty("Reachability").GetString() == "reachable"));
        output.WriteLine(await Manager.OkAsync("status"));
        var listed = await Manager.OkAsync("node", "ls", "--format", "{{.ManagerStatus}}");
        Assert.Equal(["Leader", "Reachable", "Reachable"], listed.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order());
    }

    /// <summary>Whether each node is so, as far as somebody leads who can tell.</summary>
    private static async Task<bool> AllAsync(OrchMachine machine, Func<JsonElement, bool> condition) =>
        await machine.Api.AnswersAsync() && (await machine.Api.GetAsync("nodes")).EnumerateArray().All(condition);

    private static bool IsReady(JsonElement node) => node.GetProperty("Status").GetProperty("State").GetString() == "ready";

    private static int KnownManagers(OrchMachine machine)
    {
        using var node = JsonDocument.Parse(File.ReadAllText(Path.Combine(machine.Machine.DataDirectory, "node.json")));
        return node.RootElement.GetProperty("managers").GetArrayLength();
    }

    private async Task<List<string>> ContainersAsync()
    {
        var all = new List<string>();
        foreach (var machine in Cluster.Machines)
            all.AddRange((await machine.RunningTasksAsync()).Select(task => $"{machine.Machine.Name} {task.Key} {task.Value.Id} {task.Value.StartedAt}"));
        all.Sort(StringComparer.Ordinal);
        return all;
    }
}
