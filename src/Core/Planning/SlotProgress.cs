using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Core.Planning;

internal enum SlotStanding
{
    /// <summary>It runs the new version, or nothing of it can be done now.</summary>
    Settled,
    Outdated,

    /// <summary>It is being replaced, or the delay after that is not over.</summary>
    Busy,

    /// <summary>The old task still runs because the new one keeps failing: that holds nobody up, but the end.</summary>
    Unfinished,
}

/// <summary>
/// Where one slot of an update stands, when to look at it again although nothing happens, and the task that had its time
/// and did not get to running.
/// </summary>
internal readonly record struct SlotProgress(SlotStanding Standing, Timestamp? LookAgain = null, TaskRecord? Overdue = null, bool IsDown = false)
{
    public static SlotProgress Of(Workspace work, Service service, SlotKey slot)
    {
        if (slot.IsGlobal && IsAway(work, slot))
            return default;
        var tasks = work.State.TasksIn(service.Id, slot);
        var current = tasks.FirstOrDefault(task => task.IsAlive && SlotPlanner.IsCurrent(service, task));
        if (current is null)
            return new(Without(work, service, slot, tasks),
                IsDown: !tasks.Any(task => task is { IsAlive: true, State: TaskState.Running }));
        return current.State == TaskState.Running ? Delayed(work, service, current) : Coming(work, service, tasks, current);
    }

    private static SlotStanding Without(Workspace work, Service service, SlotKey slot, IReadOnlyList<TaskRecord> tasks)
    {
        if (!tasks.Any(task => task.IsAlive))
            return SlotStanding.Settled;
        if (tasks.Any(task => task.IsAlive && work.State.Nodes.Get(task.NodeId) is { State: NodeState.Unknown }))
            return SlotStanding.Busy;
        return GaveUp(work, service, slot) ? SlotStanding.Settled : SlotStanding.Outdated;
    }

    private static SlotProgress Delayed(Workspace work, Service service, TaskRecord current)
    {
        var delay = SpecDefaults.Nanos(service.ActiveUpdateConfig?.Delay ?? 0);
        var delayEnds = current.RunningSince + delay;
        var isNew = current.RunningSince >= service.Update!.StartedAt;
        return isNew && delay > TimeSpan.Zero && delayEnds > work.Now ? new(SlotStanding.Busy, delayEnds) : default;
    }

    private static SlotProgress Coming(Workspace work, Service service, IReadOnlyList<TaskRecord> tasks, TaskRecord current)
    {
        var deadline = service.ActiveUpdateConfig.Deadline();

        // With failure action continue, a slot that already failed once does not hold the others up. What failed before this
        // update began, of a version that it goes back to, says nothing of it.
        if (tasks.Any(task => !task.IsAlive && task.UpdatedAt >= service.Update!.StartedAt
            && SlotPlanner.IsCurrent(service, task) && Failed(task, deadline)))
            return new(tasks.Any(task => task.IsAlive && !SlotPlanner.IsCurrent(service, task))
                ? SlotStanding.Unfinished : SlotStanding.Settled);
        if (deadline is null || current.Desired != TaskState.Running)
            return new(SlotStanding.Busy);
        var overdueAt = MayRunSince(tasks, current) + deadline.Value;
        return overdueAt > work.Now ? new(SlotStanding.Busy, overdueAt) : new(SlotStanding.Busy, null, current);
    }

    private static bool Failed(TaskRecord task, TimeSpan? deadline) =>
        task.State is TaskState.Failed or TaskState.Rejected
        || (deadline is { } limit && task.RunningSince.IsNever && task.UpdatedAt - task.CreatedAt >= limit);

    /// <summary>The clock starts when nothing is left that it had to wait for: its restart delay, its predecessor's end.</summary>
    private static Timestamp MayRunSince(IReadOnlyList<TaskRecord> tasks, TaskRecord current)
    {
        var since = current.NotBefore > current.CreatedAt ? current.NotBefore : current.CreatedAt;
        foreach (var task in tasks)
        {
            if (task.State.IsTerminal() && task.UpdatedAt > since)
                since = task.UpdatedAt;
        }
        return since;
    }

    /// <summary>No task can start there now; what is left behind is replaced when the node takes tasks again.</summary>
    private static bool IsAway(Workspace work, SlotKey slot) =>
        work.State.Nodes.Get(slot.Node) is not { } node || (!node.TakesNewTasks && node.State != NodeState.Unknown);

    /// <summary>The new version ended here and its restart policy allows no other try: the old task stays.</summary>
    private static bool GaveUp(Workspace work, Service service, SlotKey slot) =>
        SlotPlanner.LastEnded(work, service, slot) is { } ended
        && RestartRules.Next(ended, service.TaskSpec.Restart, work.Now) is null;
}
