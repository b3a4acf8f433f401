using Orch.Contracts.Agent;
using Orch.Core.Model;

namespace Orch.Agent.Networks;

/// <summary>
/// Keeps the book: what managers say of networks goes in, in order, and names and rules follow. A task of this machine
/// that stops is taken out here at once, whatever the manager still believes of it.
/// </summary>
internal sealed class NetworkDesk : IDisposable
{
    /// <summary>A rule that cannot be changed must not keep a task from being stopped.</summary>
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(2);
    private readonly Lock _lock = new();
    private readonly NetworkJournal _journal;
    private readonly TimeProvider _clock;
    private readonly AgentLog _log;

    // When each left, by count: what began before it left once more must not bring it back.
    private readonly Dictionary<string, long> _away = [];
    private long _leaves;
    private NetworkUpdate? _parts;
    private volatile NetworkBook _book = NetworkBook.Empty;

    public NetworkDesk(NetworkJournal journal, TimeProvider clock, AgentLog log)
    {
        _journal = journal;
        _clock = clock;
        _log = log;
    }

    /// <summary>What follows the book, each called in order under the desk's lock; they must return soon.</summary>
    public required IReadOnlyList<Action<NetworkBook, BookChanges>> Followers { get; init; }

    /// <summary>Null when the kernel is as this version of the book wants it, else why not.</summary>
    public required Func<long, CancellationToken, Task<string?>> Settled { get; init; }

    public NetworkBook Book => _book;

    /// <summary>Names and rules as they were when this process last ran, before any manager is heard.</summary>
    public void Begin()
    {
        lock (_lock)
            Change(_book.Apply(_journal.Truth.Whole()));
    }

    public void Take(NetworkUpdate update)
    {
        lock (_lock)
        {
            if (_parts is { } parts)
            {
                // The first part says whether all is replaced, and every one whether more follows.
                var complete = parts.Complete;
                parts.MergeFrom(update);
                parts.Complete = complete;
                parts.More = update.More;
                update = parts;
            }
            _parts = update.More ? update : null;
            if (update.More)
                return;
            _journal.Append(update);
            Change(_book.Apply(WithoutAway(update)));
        }
    }

    /// <summary>A session ended: what it had begun to say is not said to its end.</summary>
    public void SessionEnded()
    {
        lock (_lock)
            _parts = null;
    }

    /// <summary>The task gets no new connections from now on.</summary>
    public void Leave(TaskId task)
    {
        lock (_lock)
        {
            if (!_book.Tasks.ContainsKey(task.ToString()))
                return;
            _away[task.ToString()] = ++_leaves;
            Change(_book.Leave(task.ToString()));
        }
    }

    /// <summary>Returns when the rules are so, or after a bounded time.</summary>
    public async Task LeaveAsync(TaskId task, CancellationToken stopping)
    {
        Leave(task);
        if (!_book.Tasks.ContainsKey(task.ToString()))
            return;
        using var limit = new CancellationTokenSource(LeaveWithin, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(stopping, limit.Token);
        try
        {
            if (await Settled(_book.Version, either.Token) is { } problem)
                _log.Warn($"task {task} may still get connections while it stops: {problem}");
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            _log.Warn($"task {task} may still get connections while it stops: the rules took longer than {LeaveWithin.TotalSeconds:0} s");
        }
    }

    /// <summary>The number of its last leave; 0 when it is not away.</summary>
    public long LeaveOf(TaskId task)
    {
        lock (_lock)
            return _away.GetValueOrDefault(task.ToString());
    }

    /// <summary>It runs again: what the manager says of it counts again, unless it left once more since that leave.</summary>
    public void Return(TaskId task, long leave)
    {
        lock (_lock)
        {
            if (leave == 0 || _away.GetValueOrDefault(task.ToString()) != leave)
                return;
            _away.Remove(task.ToString());
            if (_journal.Truth.Task(task.ToString()) is { } said)
                Change(_book.Apply(new() { Tasks = { said } }));
        }
    }

    private void Change((NetworkBook Book, BookChanges Changes) step)
    {
        if (step.Changes.IsEmpty)
            return;
        _book = step.Book;
        foreach (var task in step.Changes.Tasks)
        {
            if (!_book.Tasks.ContainsKey(task))
                _away.Remove(task);
        }
        foreach (var follower in Followers)
            follower(step.Book, step.Changes);
    }

    private NetworkUpdate WithoutAway(NetworkUpdate update)
    {
        if (_away.Count == 0 || !update.Tasks.Any(task => task.Serving && _away.ContainsKey(task.Id)))
            return update;
        var shown = update.Clone();
        foreach (var task in shown.Tasks)
            task.Serving &= !_away.ContainsKey(task.Id);
        return shown;
    }

    public void Dispose() => _journal.Dispose();
}
