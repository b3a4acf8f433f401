using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Orch.Core.Events;
using Orch.Core.State;
using Orch.Manager.Store;
using Orch.Manager.Writing;

namespace Orch.Manager.Leadership;

/// <summary>
/// The cluster's state as the log has it, kept up to date by one that does not write: ready to be led from, and to be read
/// by whoever asks for what may be a little old. A store that is away is waited for; what is damaged ends it.
/// </summary>
internal sealed class Replica(IEventLog log, ILogger logger, TimeProvider clock)
{
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(0.25);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<Watcher, bool> _watchers = new();
    private ClusterState? _state;
    private ClusterState _current = new();
    private volatile string? _trouble;
    private bool _over;

    /// <summary>The newest state that was read; immutable.</summary>
    public ClusterState Current => Volatile.Read(ref _current);

    /// <summary>Completes when all that was in the log at the beginning is in the state.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Why nothing new can be read now; null while it can.</summary>
    public string? Trouble => _trouble;

    /// <summary>Follows the log until cancelled.</summary>
    /// <exception cref="LogCorruptException">Something stored is damaged.</exception>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                try
                {
                    await FollowAsync(stopping);
                }
                catch (LogCompactedException)
                {
                    _state = null;
                    continue;
                }
                catch (LogException e) when (e is not LogCorruptException and not LogLockedException and not LogFatalException)
                {
                    if (_trouble is null)
                        logger.LogWarning("the log cannot be followed: {Reason}", e.Message);
                    _trouble = e.Message;
                }
                await Task.Delay(TryAgainAfter, clock, stopping);
            }
        }
        finally
        {
            _over = true;
            foreach (var watcher in _watchers.Keys)
                watcher.Complete();
        }
    }

    /// <summary>
    /// After the end: the state with everything up to the head of the log, to lead from. Nobody else writes any more, so
    /// that is all there is.
    /// </summary>
    public async Task<ClusterState> TakeAsync(CancellationToken stopping)
    {
        if (_state is not { } state)
            return await Replay.RunAsync(log, stopping);
        _state = null;
        try
        {
            await foreach (var record in log.ReadAsync(state.Revision, stopping))
                Apply(state, record, new Changes());
            return state;
        }
        catch (LogCompactedException)
        {
            return await Replay.RunAsync(log, stopping);
        }
    }

    /// <summary>Views as they are read; the first item has no changes and means "everything".</summary>
    public async IAsyncEnumerable<Published> WatchAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        var watcher = new Watcher();
        _watchers[watcher] = true;
        watcher.Begin(() => Current);
        if (_over)
            watcher.Complete();
        try
        {
            await foreach (var published in watcher.ReadAllAsync(cancellation))
                yield return published;
        }
        finally
        {
            _watchers.TryRemove(watcher, out _);
        }
    }

    private async Task FollowAsync(CancellationToken stopping)
    {
        var state = _state ??= await Replay.RunAsync(log, stopping);
        Publish(state, null);
        _trouble = null;
        _ready.TrySetResult();
        await foreach (var batch in log.WatchAsync(state.Revision, stopping))
        {
            var changes = new Changes();
            foreach (var record in batch)
                Apply(state, record, changes);
            Publish(state, changes);
            _trouble = null;
        }
        stopping.ThrowIfCancellationRequested();
    }

    private static void Apply(ClusterState state, LogRecord record, Changes changes) =>
        Fold.Apply(state, EventCodec.Decode(record.Kind, record.Payload.Span), record.Revision, changes);

    private void Publish(ClusterState state, Changes? changes)
    {
        var view = state.Snapshot();
        Volatile.Write(ref _current, view);
        if (changes is null)
            return;
        foreach (var watcher in _watchers.Keys)
            watcher.Publish(view, changes);
    }
}
