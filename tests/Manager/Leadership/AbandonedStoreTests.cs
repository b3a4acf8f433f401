using Microsoft.Extensions.Logging.Abstractions;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Store;
using Orch.Manager.Store.Memory;
using Orch.Manager.Writing;
using Orch.Testing;

namespace Orch.Tests.Manager.Leadership;

/// <summary>What callers hear when a leadership ends while their write is under way.</summary>
public sealed class AbandonedStoreTests : IAsyncLifetime
{
    private readonly MemoryLogServer _server = new();
    private readonly CancellationTokenSource _stop = new();
    private TroubledLog _log = null!;
    private ClusterStore _store = null!;
    private Task _running = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        _log = new TroubledLog(_server.Connect());
        await _log.OpenAsync(default);
        var won = (CampaignResult.Won)await _log.CampaignAsync(Epoch.None, new("a", "a:1"), EpochStep.Term, default);
        _store = new ClusterStore(
            new ClusterState(), won.Epoch, _log, TimeProvider.System, Orch.Manager.Hosting.NewIds.Next, NullLogger.Instance);
        _running = _store.RunAsync(_stop.Token);
        await _store.ExecuteAsync(new CreateCluster(new ClusterId(1)));
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await Record.ExceptionAsync(() => _running.WaitAsync(TimeSpan.FromSeconds(30)));
        await _log.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task A_write_whose_append_hangs_is_told_that_its_outcome_is_not_known()
    {
        _log.Trouble = () => null;
        var write = _store.ExecuteAsync(new AddAddressPools(["10.9.0.0/16"]));

        _store.Abandon("it could not show that it lives");

        var told = await Assert.ThrowsAsync<NotLeaderException>(() => write.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Contains("no longer leads", told.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotLeaderException>(() => _running.WaitAsync(TimeSpan.FromSeconds(30)));
        await Assert.ThrowsAsync<NotLeaderException>(() => _store.ExecuteAsync(new LookAgain()));
    }

    [Fact]
    public async Task A_write_that_was_begun_before_a_wanted_stop_is_answered()
    {
        var (begun, go) = (new TaskCompletionSource(), new TaskCompletionSource());
        _log.BeforeAppend = async () =>
        {
            begun.TrySetResult();
            await go.Task;
        };
        var write = _store.ExecuteAsync(new AddAddressPools(["10.9.0.0/16"]));
        await begun.Task.WaitAsync(TimeSpan.FromSeconds(30));

        await _stop.CancelAsync();
        Assert.False(write.IsCompleted);
        go.SetResult();

        Assert.Null((await write.WaitAsync(TimeSpan.FromSeconds(30))).Refusal);
        await Record.ExceptionAsync(() => _running.WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(_store.Current.Revision, (await Replay.RunAsync(_log)).Revision);
    }
}
