using Microsoft.Extensions.Logging.Abstractions;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Manager.Leadership;
using Orch.Manager.Sessions;
using Orch.Manager.Store;
using Orch.Manager.Store.Memory;
using Orch.Manager.Writing;
using Orch.Testing;
using Orch.Tests.Support;

namespace Orch.Tests.Manager.Leadership;

/// <summary>What a new leader does to nodes that have not reported to it yet: nothing, for the whole detection window.</summary>
public sealed class TakeOverTests : IAsyncDisposable
{
    private static readonly NodeId _first = new(11);
    private static readonly NodeId _second = new(12);
    private readonly ManualClock _clock = new();
    private readonly MemoryLogServer _server = new();
    private readonly List<(CancellationTokenSource Stop, Task Running)> _stores = [];
    private ulong _ids = 100;

    public async ValueTask DisposeAsync()
    {
        foreach (var (stop, running) in _stores)
        {
            await stop.CancelAsync();
            await Record.ExceptionAsync(() => running.WaitAsync(TimeSpan.FromSeconds(30)));
            stop.Dispose();
        }
    }

    [Fact]
    public async Task Nodes_that_have_not_reported_keep_their_tasks_for_the_full_window_and_lose_them_after_it()
    {
        var (old, log) = await LeadAsync(new ClusterState(), Epoch.None);
        await old.ExecuteAsync(new CreateCluster(new ClusterId(1)));
        foreach (var node in new[] { _first, _second })
        {
            await old.ExecuteAsync(new JoinNode(node, NodeRole.Worker, $"n{node.Value}", $"10.0.0.{node.Value}"));
            await old.ExecuteAsync(new SetNodeState(node, NodeState.Ready, null));
        }
        await old.ExecuteAsync(new CreateService(Web(replicas: 4)));
        await RunAsync(old);
        var before = TasksOf(old.Current);
        Assert.Equal(4, before.Count(task => task.EndsWith("Running/Running", StringComparison.Ordinal)));

        // Another manager takes over from what it read; no agent has come to it yet.
        var replica = new Replica(log, NullLogger.Instance, _clock);
        var (leader, _) = await LeadAsync(await replica.TakeAsync(default), old.Epoch);
        var options = new SessionOptions(new NodeId(1));
        var hub = new SessionHub(leader, options, _clock, NullLogger<SessionHub>.Instance);
        var stop = new CancellationTokenSource();
        _stores.Add((stop, hub.RunAsync(stop.Token)));
        var passed = TimeSpan.Zero;
        await Until.TrueAsync("a node that never came is down", () =>
        {
            if (leader.Current.Nodes.Values.Any(node => node.State == NodeState.Down))
                return true;
            if (passed < options.DetectionWindow)
                Assert.Equal(before, TasksOf(leader.Current));
            _clock.Advance(options.CheckEvery);
            passed += options.CheckEvery;
            return false;
        }, TimeSpan.FromSeconds(60));

        Assert.True(passed >= options.DetectionWindow, $"down after {passed}");
    }

    [Fact]
    public async Task Agents_are_told_of_all_managers_the_leader_first_and_of_none_that_never_said_where_it_is()
    {
        var (store, _) = await LeadAsync(new ClusterState(), Epoch.None);
        for (var node = 1UL; node <= 3; node++)
            await store.ExecuteAsync(new JoinNode(new NodeId(node), NodeRole.Manager, $"m{node}", $"10.0.0.{node}", $"10.0.0.{node}:2378"));
        await store.ExecuteAsync(new JoinNode(new NodeId(4), NodeRole.Manager, "m4", "10.0.0.4"));
        await store.ExecuteAsync(new JoinNode(new NodeId(5), NodeRole.Worker, "w5", "10.0.0.5"));

        Assert.Equal(["10.0.0.2:2378", "10.0.0.1:2378", "10.0.0.3:2378"], ManagerAddresses.Of(store.Current, new NodeId(2), ["old:1"]));
        await store.ExecuteAsync(new SetManagerAddr(new NodeId(3), "10.0.1.3:999"));
        Assert.Equal("10.0.1.3:999", ManagerAddresses.Of(store.Current, new NodeId(2), [])[2]);
        Assert.Equal(["old:1"], ManagerAddresses.Of(new ClusterState(), new NodeId(2), ["old:1"]));
    }

    private async Task<(ClusterStore Store, IEventLog Log)> LeadAsync(ClusterState state, Epoch seen)
    {
        var log = _server.Connect();
        await log.OpenAsync();
        var won = Assert.IsType<CampaignResult.Won>(await log.CampaignAsync(seen, new("m", "m:1")));
        var store = new ClusterStore(state, won.Epoch, log, _clock, () => (UInt128)Interlocked.Increment(ref _ids) << 64, NullLogger.Instance);
        var stop = new CancellationTokenSource();
        _stores.Add((stop, store.RunAsync(stop.Token)));
        return (store, log);
    }

    /// <summary>As their agents would: every task runs.</summary>
    private static async Task RunAsync(ClusterStore store)
    {
        foreach (var node in new[] { _first, _second })
        {
            var running = store.Current.TasksOn(node).Select(task =>
                new ObservedTask(task.Id, new ObservedStatus { State = TaskState.Running, At = store.Now, Message = "started" }));
            await store.ExecuteAsync(new ReportTasks(node, [.. running], Complete: true));
        }
    }

    private static List<string> TasksOf(ClusterState state) =>
        [.. state.Tasks.Values.Select(task => $"{task.Id} on {task.NodeId}: {task.State}/{task.Desired}").Order(StringComparer.Ordinal)];

    private static ServiceSpec Web(ulong replicas) => new()
    {
        Name = "web",
        Mode = new() { Replicated = new() { Replicas = replicas } },
        TaskTemplate = new() { ContainerSpec = new() { Image = "app:1" } },
    };
}
