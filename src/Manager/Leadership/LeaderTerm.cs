using Microsoft.Extensions.Logging;
using Orch.Core.State;
using Orch.Manager.Store;
using Orch.Manager.Writing;

namespace Orch.Manager.Leadership;

/// <summary>
/// One leadership from its beginning to its end. It ends because the manager stops, and then hands over; or because it can
/// no longer show that it leads, or its store refused or failed, and then nothing more leaves as a leader's word.
/// </summary>
internal sealed class LeaderTerm(RoleParts parts, Won won)
{
    private static readonly TimeSpan ResignWithin = TimeSpan.FromSeconds(2);
    private readonly ILogger _logger = parts.Loggers.CreateLogger("Orch.Manager.Leadership");

    /// <summary>Why it ended; null when the manager was told to stop.</summary>
    public async Task<Exception?> RunAsync(Func<CancellationToken, Task<ClusterState>> catchUp, CancellationToken stopping)
    {
        using var ending = new CancellationTokenSource();
        var lease = new Lease(parts.Log, won, parts.Alone, parts.Times, parts.Time, _logger);
        var renewing = lease.RunAsync(ending.Token);
        try
        {
            return await LeadAsync(lease, renewing, catchUp, stopping);
        }
        finally
        {
            await ending.CancelAsync();
            await Ended(renewing);
        }
    }

    private async Task<Exception?> LeadAsync(
        Lease lease, Task renewing, Func<CancellationToken, Task<ClusterState>> catchUp, CancellationToken stopping)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var reading = catchUp(stop.Token);
        if (await Task.WhenAny(reading, renewing) == renewing)
        {
            await stop.CancelAsync();
            await Ended(reading);
            return renewing.Exception!.GetBaseException();
        }
        ClusterState state;
        try
        {
            state = await reading;
        }
        catch (Exception e) when (e is LogException || (e is OperationCanceledException && stopping.IsCancellationRequested))
        {
            await ResignAsync();
            return e is LogException ? e : null;
        }
        _logger.LogInformation("leading epoch {Epoch} from revision {Revision}", won.Epoch, state.Revision);
        var store = new ClusterStore(
            state, won.Epoch, parts.Log, parts.Clock, Hosting.NewIds.Next, parts.Loggers.CreateLogger<ClusterStore>());
        using var stopStore = new CancellationTokenSource();
        using var stopServing = new CancellationTokenSource();
        var running = store.RunAsync(stopStore.Token);
        var serving = new LeaderServing(parts, store, lease).RunAsync(() => stopping.IsCancellationRequested, stopServing.Token);
        await Task.WhenAny(running, serving, renewing, Cancelled(stop.Token));
        if (renewing.IsFaulted)
            store.Abandon(renewing.Exception.GetBaseException().Message);

        // What was begun is finished and answered before the leadership goes.
        await stopStore.CancelAsync();
        await Ended(running);
        var failure = renewing.IsFaulted ? renewing.Exception : running.IsFaulted ? running.Exception : serving.IsFaulted ? serving.Exception : null;
        lease.Give();
        if (!running.IsFaulted && !renewing.IsFaulted)
            await ResignAsync();
        await stopServing.CancelAsync();
        await Ended(serving);
        return failure?.GetBaseException();
    }

    private async Task ResignAsync()
    {
        try
        {
            await parts.Log.ResignAsync(won.Epoch, CancellationToken.None).AsTask().WaitAsync(ResignWithin, parts.Clock);
            _logger.LogInformation("gave the leadership of epoch {Epoch} back", won.Epoch);
        }
        catch (Exception e) when (e is LogException or TimeoutException)
        {
            _logger.LogWarning("the leadership of epoch {Epoch} could not be given back: {Reason}", won.Epoch, e.Message);
        }
    }

    private static Task Cancelled(CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(() => cancelled.TrySetResult());
        return cancelled.Task;
    }

    /// <summary>Waits for the end only: the reason is told by the task that ended first.</summary>
    private static Task Ended(Task task) => task.ContinueWith(_ => { }, TaskScheduler.Default);
}
