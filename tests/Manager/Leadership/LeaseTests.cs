using Microsoft.Extensions.Logging.Abstractions;
using Orch.Core.Leading;
using Orch.Core.Model;
using Orch.Manager.Leadership;
using Orch.Manager.Store;
using Orch.Manager.Store.Memory;
using Orch.Manager.Writing;
using Orch.Testing;
using Orch.Tests.Support;

namespace Orch.Tests.Manager.Leadership;

public sealed class LeaseTests : IAsyncLifetime
{
    private readonly ManualClock _clock = new();
    private readonly MemoryLogServer _server = new();
    private readonly CancellationTokenSource _stop = new();
    private TroubledLog _log = null!;
    private MonotonicTime _time = null!;
    private Lease _lease = null!;
    private Task _running = Task.CompletedTask;

    public async Task InitializeAsync()
    {
        _log = new TroubledLog(_server.Connect());
        await _log.OpenAsync(default);
        _time = new MonotonicTime(_clock);
        var won = (CampaignResult.Won)await _log.CampaignAsync(Epoch.None, new("a", "a:1"), EpochStep.Term, default);
        _lease = new Lease(_log, new Won(won.Epoch, _time.Now), alone: false, LeadTimes.Standard, _time, NullLogger.Instance);
        _running = _lease.RunAsync(_stop.Token);
    }

    public async Task DisposeAsync()
    {
        await _stop.CancelAsync();
        await Record.ExceptionAsync(() => _running);
        await _log.DisposeAsync();
        _stop.Dispose();
    }

    [Fact]
    public async Task It_holds_while_the_store_takes_renewals()
    {
        for (var renewal = 1; renewal <= 20; renewal++)
            await RenewedAsync(renewal);
        Assert.True(_lease.Holds);
        Assert.False(_running.IsCompleted);
    }

    [Fact]
    public async Task It_is_over_a_second_after_the_last_renewal_whether_the_store_hangs_or_fails()
    {
        await RenewedAsync(1);
        var calls = 0;
        _log.Trouble = () => calls++ % 2 == 0 ? null : new LogException("away");
        var began = _time.Now;

        while (_time.Now - began < TimeSpan.FromSeconds(0.95))
        {
            Assert.True(_lease.Holds);
            _clock.Advance(TimeSpan.FromSeconds(0.05));
        }
        _clock.Advance(TimeSpan.FromSeconds(0.05));
        Assert.False(_lease.Holds);
        await PassUntilOverAsync();
        var over = await Assert.ThrowsAsync<NotLeaderException>(() => _running);
        Assert.Contains("could not show that it lives", over.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_over_at_once_when_another_one_leads()
    {
        await using var other = _server.Connect();
        await other.OpenAsync(default);
        await other.CampaignAsync(_lease.Epoch, new("b", "b:1"), EpochStep.Term, default);

        await PassUntilOverAsync();

        var over = await Assert.ThrowsAsync<NotLeaderException>(() => _running);
        Assert.Contains("manager b leads", over.Message, StringComparison.Ordinal);
        Assert.False(_lease.Holds);
    }

    private Task PassUntilOverAsync() => Until.TrueAsync("the lease is over", () =>
    {
        _clock.Advance(TimeSpan.FromSeconds(0.05));
        return _running.IsCompleted;
    });

    private async Task RenewedAsync(int renewals)
    {
        await Until.TrueAsync("the lease is renewed", () =>
        {
            if (_log.Renewals < renewals)
                _clock.Advance(TimeSpan.FromSeconds(0.05));
            return _log.Renewals >= renewals;
        });
        Assert.True(_lease.Holds);
    }
}
