using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Core.Writing;
using Orch.Manager.Store;

namespace Orch.Manager.Writing;

/// <summary>
/// The shell around <see cref="ClusterWriter"/> for one leadership: feeds it commands, appends its batches to the log, and
/// releases replies and views once they are durable. One loop owns the writer; everything else talks to it through here.
/// Ends, for good, when the log refuses or fails: the leadership is over then and the state must be replayed.
/// </summary>
public sealed class ClusterStore
{
    /// <summary>Commands without an answer yet; beyond that callers are told to come back.</summary>
    private const int MaxUnanswered = 50_000;

    private readonly ClusterWriter _writer;
    private readonly IEventLog _log;
    private readonly TimeProvider _time;
    private readonly LeaderClock _clock;
    private readonly Func<UInt128> _newId;
    private readonly ILogger _logger;
    private readonly ConcurrentQueue<Request> _requests = new();
    private readonly ConcurrentDictionary<Watcher, bool> _watchers = new();
    private readonly Channel<bool> _wake = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly ITimer _timer;

    /// <summary>Handed to the writer and not answered yet; owned by the loop.</summary>
    private readonly HashSet<Request> _open = [];
    private ClusterState _current;
    private int _unanswered;
    private volatile bool _over;
    private volatile string? _abandoned;
    private Exception? _overBecause;

    public ClusterStore(ClusterState replayed, Epoch epoch, IEventLog log, TimeProvider time, Func<UInt128> newId, ILogger logger)
    {
        (Epoch, _log, _time, _newId, _logger) = (epoch, log, time, newId, logger);
        _clock = new LeaderClock(time);
        _current = replayed.Snapshot();
        _writer = new ClusterWriter(replayed);
        _timer = time.CreateTimer(_ => Wake(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        Wake();
    }

    public Epoch Epoch { get; }

    /// <summary>The last committed view; immutable, read freely.</summary>
    public ClusterState Current => Volatile.Read(ref _current);

    public Timestamp Now => _clock.Now;

    /// <summary>Why this leadership is over; null while it lasts.</summary>
    public string? Over => _over ? Ended().Message : null;

    /// <summary>
    /// Decides a command; completes when its outcome is durable, or at once when it is refused.
    /// </summary>
    /// <exception cref="OverloadedException">Too many commands wait.</exception>
    /// <exception cref="NotLeaderException">The leadership ended; the outcome is unknown.</exception>
    public Task<Decision> ExecuteAsync(ClusterCommand command, CancellationToken cancellation = default)
    {
        if (Interlocked.Increment(ref _unanswered) > MaxUnanswered)
        {
            Interlocked.Decrement(ref _unanswered);
            return Task.FromException<Decision>(new OverloadedException());
        }
        var request = new Request(command);
        _requests.Enqueue(request);
        Wake();
        if (_over)
            FailWaiting();
        return request.Outcome.Task.WaitAsync(cancellation);
    }

    /// <summary>
    /// Committed views as they appear; the first item has no changes and means "everything". Ends with the leadership.
    /// </summary>
    public async IAsyncEnumerable<Published> WatchAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation = default)
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

    /// <summary>Runs the loop until cancelled or until the leadership is lost; throws what ended it in the latter case.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        Task<AppendResult>? append = null;
        WriteBatch? inFlight = null;
        try
        {
            while (true)
            {
                if (_abandoned is { } reason)
                    throw new NotLeaderException(reason);
                if (append is { IsCompleted: true })
                {
                    Accept(await append, inFlight!);
                    (append, inFlight) = (null, null);
                }
                Feed();
                if (_writer.Step(new StepContext(_clock.Now, _newId)) is { } batch)
                {
                    if (batch.Events.Count == 0)
                    {
                        Release(batch);
                        continue;
                    }
                    inFlight = batch;
                    append = AppendAsync(batch);

                    // Only once it is complete: a wake-up before that would be taken and find nothing.
                    _ = append.ContinueWith(_ => Wake(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
                    continue;
                }
                ArmTimer();
                if (append is not { IsCompleted: true } && (!_writer.HasWork || append is not null) && _requests.IsEmpty)
                    await _wake.Reader.ReadAsync(stopping);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException || !stopping.IsCancellationRequested)
        {
            _overBecause = e;
            _logger.LogError(e, "the leadership of epoch {Epoch} ends", Epoch);
            throw;
        }
        finally
        {
            await EndAsync(append, inFlight);
        }
    }

    /// <summary>
    /// Ends the leadership at once: nobody is answered as by a leader from here on, whatever the store still does. An
    /// append in flight is not waited for, as it may hang; whether it happened the next replay finds out.
    /// </summary>
    public void Abandon(string reason)
    {
        _abandoned = reason;
        Wake();
    }

    private void Feed()
    {
        while (_requests.TryDequeue(out var request))
        {
            _open.Add(request);
            _writer.Enqueue(request, request.Command);
        }
    }

    /// <summary>
    /// A batch that is more than one append may carry goes into several. Readers see it whole, and a crash in between
    /// loses nothing: whatever a command or a planner says in several events is looked at again after a replay.
    /// </summary>
    private async Task<AppendResult> AppendAsync(WriteBatch batch)
    {
        var head = batch.ExpectedRevision;
        AppendResult result = new AppendResult.Appended(head);
        foreach (var part in BatchParts.Of(batch.Events))
        {
            result = await _log.AppendAsync(Epoch, head, part, CancellationToken.None).ConfigureAwait(false);
            head += (ulong)part.Count;
            if (result is not AppendResult.Appended appended || appended.Head != head)
                break;
        }
        return result;
    }

    private void Accept(AppendResult result, WriteBatch batch)
    {
        switch (result)
        {
            case AppendResult.Appended appended when appended.Head == batch.View.Revision:
                Release(batch);
                break;
            case AppendResult.Fenced fenced:
                throw new NotLeaderException($"another manager leads since epoch {fenced.Current}");
            default:
                throw new NotLeaderException($"the log is not where this leader left it: {result}");
        }
    }

    /// <summary>The view first, then the replies: who is answered can read what was written.</summary>
    private void Release(WriteBatch batch)
    {
        _writer.Acknowledge(batch);
        Volatile.Write(ref _current, batch.View);
        if (!batch.Changes.IsEmpty)
        {
            foreach (var watcher in _watchers.Keys)
                watcher.Publish(batch.View, batch.Changes);
        }
        foreach (var answer in batch.Answers)
        {
            var request = (Request)answer.Ticket;
            _open.Remove(request);
            Interlocked.Decrement(ref _unanswered);
            request.Outcome.TrySetResult(answer.Decision);
        }
    }

    private void ArmTimer()
    {
        var wait = _writer.NextDue is { } due ? due - _clock.Now : Timeout.InfiniteTimeSpan;
        if (wait != Timeout.InfiniteTimeSpan)
            wait = TimeSpan.FromMilliseconds(Math.Clamp(Math.Ceiling(wait.TotalMilliseconds), 1, int.MaxValue / 2));
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }

    private void Wake() => _wake.Writer.TryWrite(true);

    /// <summary>Who stops on purpose still answers what it had begun to store.</summary>
    private async Task EndAsync(Task<AppendResult>? append, WriteBatch? inFlight)
    {
        _over = true;
        await _timer.DisposeAsync();
        if (append is not null && _abandoned is not null)
            _ = append.ContinueWith(late => late.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        else if (append is not null && await ResultOf(append) is AppendResult.Appended appended && appended.Head == inFlight!.View.Revision)
            Release(inFlight);
        FailWaiting();
        foreach (var request in _open)
            request.Outcome.TrySetException(Ended());
        foreach (var watcher in _watchers.Keys)
            watcher.Complete();
    }

    private void FailWaiting()
    {
        while (_requests.TryDequeue(out var request))
        {
            Interlocked.Decrement(ref _unanswered);
            request.Outcome.TrySetException(Ended());
        }
    }

    private static Task<AppendResult?> ResultOf(Task<AppendResult> append) => append.ContinueWith(
        ended => ended.IsCompletedSuccessfully ? ended.Result : null, TaskScheduler.Default);

    private NotLeaderException Ended() => new(_overBecause switch
    {
        null => "the manager is stopping",
        NotLeaderException => $"the manager no longer leads: {_overBecause.Message}",
        _ => $"the manager lost its store: {_overBecause.Message}",
    });

    private sealed class Request(ClusterCommand command)
    {
        public ClusterCommand Command { get; } = command;
        public TaskCompletionSource<Decision> Outcome { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
