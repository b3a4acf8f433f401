using Orch.Contracts.Agent;
using Orch.Core.Model;

namespace Orch.Agent.Networks;

/// <summary>
/// Keeps the book: what managers say of networks goes in, in order, and names and rules follow. A task of this machine
/// that cannot be reached is taken out here at once, whatever the manager still believes of it.
/// </summary>
internal sealed class NetworkDesk : IDisposable
{
    /// <summary>A rule that cannot be changed must not keep a task from being stopped.</summary>
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(2);
    private readonly Lock _lock = new();
    private readonly NetworkJournal _journal;
    private readonly TimeProvider _clock;
    private readonly AgentLog _log;

    // Tasks of this machine that cannot be reached now, also such as the book does not know yet.
    private readonly HashSet<string> _away = [];
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

    /// <summary>Null when the rules are as this version of the book wants them, else why not.</summary>
    public required Func<long, CancellationToken, Task<string?>> Settled { get; init; }

    public NetworkBook Book => _book;

    /// <summary>
    /// Names and rules as they were when this process last ran, before any manager is heard. Away: tasks that cannot run
    /// yet, as after a boot.
    /// </summary>
    public void Begin(IEnumerable<TaskId> away)
    {
        lock (_lock)
        {
            _away.UnionWith(away.Select(task => task.ToString()));
            Change(_book.Apply(WithoutAway(_journal.Truth.Whole())));
        }
    }

    public void Take(NetworkUpdate update)
    {
        lock (_lock)
        {
            // The first part says whether all is replaced; one that does begins anew, whatever an earlier session left unsaid.
            if (_parts is { } parts && !update.Complete)
            {
                parts.MergeFrom(update);
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

    /// <summary>The task gets no new connections from now on.</summary>
    public void Leave(TaskId task)
    {
        lock (_lock)
        {
            if (_away.Add(task.ToString()))
                Change(_book.Leave(task.ToString()));
        }
    }

    /// <summary>Returns when the rules are so, or after a bounded time.</summary>
    public async Task LeaveAsync(TaskId task, CancellationToken stopping)
    {
        Leave(task);
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

    /// <summary>It can be reached: what the manager says of it counts.</summary>
    public void Return(TaskId task)
    {
        lock (_lock)
        {
            if (_away.Remove(task.ToString()) && _journal.Truth.Task(task.ToString()) is { } said)
                Change(_book.Apply(new() { Tasks = { said } }));
        }
    }

    /// <summary>Nothing is left of the task on this machine.</summary>
    public void Forget(TaskId task)
    {
        lock (_lock)
            _away.Remove(task.ToString());
    }

    private void Change((NetworkBook Book, BookChanges Changes) step)
    {
        if (step.Changes.IsEmpty)
            return;
        _book = step.Book;
        foreach (var follower in Followers)
            follower(step.Book, step.Changes);
    }

    private NetworkUpdate WithoutAway(NetworkUpdate update)
    {
        if (_away.Count == 0 || !update.Tasks.Any(task => task.Serving && _away.Contains(task.Id)))
            return update;
        var shown = update.Clone();
        foreach (var task in shown.Tasks)
            task.Serving &= !_away.Contains(task.Id);
        return shown;
    }

    public void Dispose() => _journal.Dispose();
}
