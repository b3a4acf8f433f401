using Microsoft.Extensions.Logging;
using Orch.Core.Leading;
using Orch.Core.Model;
using Orch.Manager.Store;
using Orch.Manager.Writing;

namespace Orch.Manager.Leadership;

/// <summary>
/// Keeps one leadership alive in the store for as long as it can, and says when it could not: from then on nothing is to
/// leave as the leader's word. A manager that is alone keeps its leadership without a word.
/// </summary>
internal sealed class Lease(
    IEventLog log, Won won, bool alone, LeadTimes times, MonotonicTime time, ILogger logger)
{
    private readonly LeaseKeeper _keeper = new(times, won.Began);
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource<LeaderView> _refused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _given;
    private bool _troubled;

    public Epoch Epoch => won.Epoch;

    public bool Holds
    {
        get
        {
            lock (_lock)
                return !_given && (alone || (_keeper.Holds(time.Now) && !_refused.Task.IsCompleted));
        }
    }

    /// <summary>About to be given back: from now on it holds no more.</summary>
    public void Give() => _given = true;

    /// <summary>Throws <see cref="NotLeaderException"/> when the leadership is over; otherwise runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        if (alone)
            await Task.Delay(Timeout.InfiniteTimeSpan, stopping);
        while (Next() is { AskAgain: { } when } step)
        {
            if (step.Renew)
                _ = RenewAsync(time.Now);
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            await Task.WhenAny(_refused.Task, time.UntilAsync(when, waiting.Token));
            await waiting.CancelAsync();
            stopping.ThrowIfCancellationRequested();
            if (_refused.Task.IsCompleted)
                throw new NotLeaderException($"manager {(await _refused.Task).Leader?.Id ?? "?"} leads since epoch {(await _refused.Task).Epoch}");
        }
        throw new NotLeaderException(
            $"it could not show that it lives for {times.FenceAfter.TotalSeconds:0.#} s, so another manager may lead now");
    }

    private LeaseStep Next()
    {
        lock (_lock)
            return _keeper.Next(time.Now);
    }

    /// <summary>Ends by itself within the log's own limit; one that hangs keeps none of the others.</summary>
    private async Task RenewAsync(TimeSpan began)
    {
        try
        {
            if (await log.RenewAsync(won.Epoch) is RenewResult.Refused refused)
            {
                _refused.TrySetResult(refused.Current);
                return;
            }
            lock (_lock)
                _keeper.Renewed(began);
            _troubled = false;
        }
        catch (Exception e) when (e is LogException or ObjectDisposedException)
        {
            if (!_troubled)
                logger.LogWarning("the store takes no renewal: {Reason}", e.Message);
            _troubled = true;
        }
    }
}
