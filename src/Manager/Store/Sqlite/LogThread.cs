using System.Collections.Concurrent;

namespace Orch.Manager.Store.Sqlite;

/// <summary>
/// The one thread that touches the database. A commit blocks in fsync for as long as the disk likes, and must not
/// block the writer's loop meanwhile. After a fatal error, or damage, every further call gets that error.
/// </summary>
internal sealed class LogThread : IAsyncDisposable
{
    private const int MaxWaiting = 256;

    private readonly BlockingCollection<Action> _jobs = new(MaxWaiting);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile LogException? _fatal;

    public LogThread()
    {
        var thread = new Thread(Loop) { Name = "log", IsBackground = true };
        thread.Start();
    }

    /// <summary>Runs after every job, when its caller has been answered; work that may be put off belongs here.</summary>
    public Action? AfterEach { get; set; }

    public LogException? Fatal => _fatal;

    public ValueTask<T> RunAsync<T>(Func<T> work, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
            return ValueTask.FromCanceled<T>(cancellation);
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        bool queued;
        try
        {
            queued = _jobs.TryAdd(() => Perform(work, done, cancellation));
        }
        catch (InvalidOperationException)
        {
            queued = false;
            ObjectDisposedException.ThrowIf(_jobs.IsAddingCompleted, typeof(IEventLog));
        }
        return queued
            ? new ValueTask<T>(done.Task)
            : throw new LogException($"{MaxWaiting} calls wait for the log's disk already; nothing was done.");
    }

    /// <summary>Lets what is queued finish, then ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _jobs.CompleteAdding();
        await _ended.Task;
    }

    private void Loop()
    {
        foreach (var job in _jobs.GetConsumingEnumerable())
        {
            job();
            if (_fatal is null)
                Guard(() => { AfterEach?.Invoke(); return true; }, out _);
        }
        _ended.SetResult();
    }

    private void Perform<T>(Func<T> work, TaskCompletionSource<T> done, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested)
        {
            done.SetCanceled(cancellation);
            return;
        }
        if (_fatal is { } fatal)
        {
            done.SetException(new LogFatalException(fatal.Message, fatal));
            return;
        }
        if (Guard(work, out var result) is { } error)
            done.SetException(error);
        else
            done.SetResult(result!);
    }

    // Whatever a job throws belongs to its caller; the thread itself goes on.
    private Exception? Guard<T>(Func<T> work, out T? result)
    {
        result = default;
        try
        {
            result = work();
            return null;
        }
        catch (Exception error)
        {
            if (error is LogFatalException or LogCorruptException)
                _fatal = (LogException)error;
            return error;
        }
    }
}
