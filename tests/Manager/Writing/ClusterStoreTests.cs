using Microsoft.Extensions.Logging.Abstractions;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Manager.Store;
using Orch.Manager.Store.Memory;
using Orch.Manager.Writing;

namespace Orch.Tests.Manager.Writing;

public sealed class ClusterStoreTests : IAsyncLifetime
{
    private static readonly NodeId _node = new(7);
    private readonly CancellationTokenSource _stop = new();
    private readonly MemoryLogServer _server = new();
    private IEventLog _log = null!;
    private ClusterStore _store = null!;
    private Task _running = Task.CompletedTask;
    private long _ids;

    public async Task InitializeAsync()
    {
        _log = _server.Connect();
        await _log.OpenAsync();
        var won = (CampaignResult.Won)await _log.CampaignAsync(Epoch.None, new("test", "test"));
        _store = new ClusterStore(new ClusterState(), won.Epoch, _log, TimeProvider.System,
            () => (UInt128)Interlocked.Increment(ref _ids), NullLogger.Instance);
        _running = _store.RunAsync(_stop.Token);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await Record.ExceptionAsync(() => _running);
        await _log.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task More_than_one_append_may_carry_is_stored_in_several_and_read_back_whole()
    {
        await _store.ExecuteAsync(new JoinNode(_node, NodeRole.Worker, "one", "10.0.0.1"));
        var text = new string('x', 3 * 1024 * 1024);

        // Thirty of these are more than one append may carry; they collect while the first is under way.
        var writes = Enumerable.Range(0, 30).Select(i => _store.ExecuteAsync(
            new DescribeNode(_node, new NodeDescription { Hostname = $"{i}", EngineVersion = text }, "10.0.0.1"))).ToList();

        Assert.All(await Task.WhenAll(writes), decision => Assert.Null(decision.Refusal));
        Assert.Equal("29", _store.Current.Nodes.Get(_node)!.Description.Hostname);
        var replayed = await Replay.RunAsync(_log);
        Assert.Equal(_store.Current.Revision, replayed.Revision);
        Assert.Equal("29", replayed.Nodes.Get(_node)!.Description.Hostname);
    }

    [Fact]
    public async Task Commands_after_the_end_of_a_leadership_are_told_why()
    {
        Assert.Null(_store.Over);
        var other = _server.Connect();
        await other.OpenAsync();
        await other.CampaignAsync(_store.Epoch, new("other", "other"));

        await Assert.ThrowsAsync<NotLeaderException>(() => _store.ExecuteAsync(new CreateCluster(new ClusterId(1))));
        await Assert.ThrowsAsync<NotLeaderException>(() => _running);

        Assert.Contains("another manager leads", _store.Over, StringComparison.Ordinal);
        var late = await Assert.ThrowsAsync<NotLeaderException>(() => _store.ExecuteAsync(new LookAgain()));
        Assert.Contains("another manager leads", late.Message, StringComparison.Ordinal);
        await other.DisposeAsync();
    }

    [Fact]
    public async Task A_watch_that_begins_amid_commits_sees_the_last_one()
    {
        const int Watches = 200;
        await _store.ExecuteAsync(new CreateCluster(new ClusterId(1)));
        for (var i = 1; i <= Watches; i++)
        {
            var write = _store.ExecuteAsync(new JoinNode(new NodeId((UInt128)i), NodeRole.Worker, $"{i}", ""));
            await foreach (var published in _store.WatchAsync(_stop.Token))
            {
                if (published.View.Nodes.Contains(new NodeId((UInt128)i)))
                    break;
            }
            await write;
        }
        Assert.Equal(Watches, _store.Current.Nodes.Count);
    }

    [Fact]
    public async Task Thousands_of_writes_one_after_another_never_wait_for_a_lost_wake_up()
    {
        for (var i = 1; i <= 5000; i++)
            await _store.ExecuteAsync(new JoinNode(new NodeId((UInt128)i), NodeRole.Worker, "", ""));
        Assert.Equal(5000, _store.Current.Nodes.Count);
    }
}
