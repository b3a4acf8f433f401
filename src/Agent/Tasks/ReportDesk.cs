using Orch.Contracts.Agent;
using Orch.Core.Model;
using NodeDescription = Orch.Contracts.Agent.NodeDescription;

namespace Orch.Agent.Tasks;

/// <summary>
/// Tells the manager what became of tasks: the newest state of each, once a step, and ends again and again until they
/// are recorded.
/// </summary>
internal sealed class ReportDesk(CoreState core, TaskSet tasks, Graveyard graves, FileShelf files, Outbox outbox)
{
    private const int MostInOneMessage = 500;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private readonly List<LocalTask> _due = [];
    private readonly HashSet<TaskId> _unrecorded = [];

    /// <summary>When ends that were not acknowledged are told again.</summary>
    public TimeSpan? NextDue { get; private set; }

    public void Mark(LocalTask task)
    {
        if (task.Assignment is null || task.State < TaskState.Accepted || task.ReportDue)
            return;
        task.ReportDue = true;
        _due.Add(task);
    }

    /// <summary>Moves the task on; never back.</summary>
    public void Note(LocalTask task, TaskState state, string message, string error)
    {
        if (!task.State.MayMoveTo(state))
            return;
        (task.State, task.Message, task.Error, task.At) = (state, message, error, outbox.Now.UnixNanos);
        Mark(task);
        if (!state.IsTerminal())
            return;
        _unrecorded.Add(task.Id);
        graves.Bury(task);
        files.Clear(task.Id);
        outbox.Persist(new JournalEntry.Ended(task.Id, ReportOf(task)));
    }

    /// <summary>It cannot go on for now, and why.</summary>
    public void Waits(LocalTask task, string reason)
    {
        task.Message = reason;
        Mark(task);
    }

    public void Restored(LocalTask task)
    {
        if (!task.State.IsTerminal())
            return;
        graves.Bury(task);
        if (!task.Recorded)
            _unrecorded.Add(task.Id);
    }

    public void Recorded(LocalTask task)
    {
        if (!task.State.IsTerminal() || task.Recorded)
            return;
        task.Recorded = true;
        _unrecorded.Remove(task.Id);
        outbox.Persist(new JournalEntry.Recorded(task.Id));
    }

    public void Forget(LocalTask task) => _unrecorded.Remove(task.Id);

    /// <summary>The first message of a session: everything, so that a new leader learns the whole truth.</summary>
    public Hello Hello()
    {
        var hello = new Hello
        {
            Protocol = 1,
            AgentVersion = core.Identity.Version,
            NodeId = core.Identity.Node.ToString(),
            BootId = core.Identity.BootId,
            HighestEpoch = new() { Incarnation = core.Highest.Incarnation, Term = core.Highest.Term },
            Description = Described(),
        };
        foreach (var task in tasks.All)
        {
            if (task.Assignment is not null ? task.State >= TaskState.Accepted : task.State == TaskState.Running)
                hello.Tasks.Add(Told(task));
        }
        _due.Clear();
        Arm();
        return hello;
    }

    public NodeDescription Described()
    {
        var description = core.Description.Clone();
        description.EngineProblem = core.EngineProblem;
        return description;
    }

    /// <summary>What changed in this step, in as few messages as possible.</summary>
    public void Flush()
    {
        if (core.Session == 0)
        {
            NextDue = null;
            foreach (var task in _due)
                task.ReportDue = false;
            _due.Clear();
            return;
        }
        Again();
        foreach (var some in _due.Where(t => tasks.Find(t.Id) == t).Chunk(MostInOneMessage))
            core.Send(outbox, new() { Reports = new() { Tasks = { some.Select(Told) } } });
        if (_due.Count > 0)
            Arm();
        _due.Clear();
    }

    private void Again()
    {
        if (NextDue is not { } due || outbox.Now.Uptime < due)
            return;
        NextDue = null;
        foreach (var id in _unrecorded)
        {
            if (tasks.Find(id) is { } task && outbox.Now.Uptime - task.ReportedAt >= Patience)
                Mark(task);
        }
        Arm();
    }

    private void Arm()
    {
        if (_unrecorded.Count > 0 && core.Session != 0)
            NextDue ??= outbox.Now.Uptime + Patience;
        else
            NextDue = null;
    }

    private TaskReport Told(LocalTask task)
    {
        task.ReportDue = false;
        task.ReportedAt = outbox.Now.Uptime;
        return ReportOf(task);
    }

    private static TaskReport ReportOf(LocalTask task)
    {
        var report = new TaskReport
        {
            TaskId = task.Id.ToString(),
            State = (uint)task.State,
            AtUnixNanos = task.At,
            Message = task.Message,
            Error = task.Error,
            ContainerId = task.Container?.Id ?? "",
            Pid = task.State is TaskState.Starting or TaskState.Running ? task.Container?.Pid ?? 0 : 0,
            LocalRestarts = task.Ledger.Count,
        };
        if (task.ExitCode is { } code && task.State.IsTerminal())
            (report.ExitCode, report.HasExitCode) = (code, true);
        if (!task.State.IsTerminal())
            report.Ports.AddRange(TaskPorts.Bound(task));
        return report;
    }
}
