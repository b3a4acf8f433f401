using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Core.Planning;

/// <summary>
/// Keeps one live task in a slot that is wanted: replaces what ended or was lost, promotes what waited long enough, retires
/// duplicates, forgets old history. Cost: the tasks of the slot.
/// </summary>
internal static class SlotPlanner
{
    public static void Plan(Workspace work, Service service, SlotKey slot)
    {
        if (IsSettled(work, service, slot))
            return;
        RetireEnded(work, service, slot);

        // An ended task may have turned the service's update round: go on with what is wanted now.
        service = work.State.Services.Get(service.Id) ?? service;
        ReplaceUnplaced(work, service, slot);
        RetireLost(work, service, slot);
        Deduplicate(work, service, slot);
        Fill(work, service, slot);
        Promote(work, service, slot);
        HistoryPruner.Prune(work, service.Id, slot);
    }

    /// <summary>The common case, cheap: one task, of this version, wanted running, on a node that suits it or on none yet.</summary>
    private static bool IsSettled(Workspace work, Service service, SlotKey slot)
    {
        var ids = work.State.TasksOf(service.Id).In(slot);
        return ids.Length == 1 && work.State.Tasks.Get(ids[0]) is { IsAlive: true, Desired: TaskState.Running } task
            && task.Spec.Version == service.TaskSpec.Version
            && (task.NodeId.IsNone || !NodeFailure.MustLeave(work, service, task));
    }

    /// <summary>A task that ended by itself is not wanted any more; its update is told, if it is part of one.</summary>
    private static void RetireEnded(Workspace work, Service service, SlotKey slot)
    {
        foreach (var task in work.State.TasksIn(service.Id, slot))
        {
            if (task.Desired > TaskState.Running || !task.State.IsTerminal())
                continue;
            work.Emit(new TaskDesiredSet(task.Id, TaskState.Shutdown, work.Now));
            if (task.State is TaskState.Failed or TaskState.Rejected)
                work.Scheduler.RecordFailure(service.Id, task.Spec.Version, task.NodeId, work.Now);

            // An orphan ended because its machine restarted: nothing is wrong with its version.
            if (task.State != TaskState.Orphaned)
                UpdateFailures.Ended(work, service.Id, task);
        }
    }

    /// <summary>
    /// What only asks for other nodes replaces no running task, but one that still waits for a node must ask for the new
    /// ones: else it would wait for ever for a constraint that was already corrected.
    /// </summary>
    private static void ReplaceUnplaced(Workspace work, Service service, SlotKey slot)
    {
        foreach (var task in Alive(work, service, slot))
        {
            if (!task.NodeId.IsNone || task.Spec.Version == service.TaskSpec.Version || !IsCurrent(service, task))
                continue;
            work.Emit(new TaskRemoved(task.Id));
            TaskCreation.Create(work, service, slot, task.Desired, task.NotBefore, task.Restarts);
        }
    }

    /// <summary>Tasks on nodes that are down, drained, gone or no longer fit. Not a failure: no delay, no attempt counted.</summary>
    private static void RetireLost(Workspace work, Service service, SlotKey slot)
    {
        foreach (var task in Alive(work, service, slot))
        {
            if (!task.NodeId.IsNone && NodeFailure.MustLeave(work, service, task)
                && (!Handover.IsLeaving(work, service, task) || Handover.IsOver(work, service, slot)))
                work.Emit(new TaskDesiredSet(task.Id, TaskState.Shutdown, work.Now));
        }
    }

    /// <summary>Of tasks that run the same, the one that got furthest stays; an outdated one goes once its successor runs.</summary>
    private static void Deduplicate(Workspace work, Service service, SlotKey slot)
    {
        var alive = Handover.Staying(work, service, slot);
        if (alive.Count < 2)
            return;
        var current = alive.Where(task => IsCurrent(service, task)).OrderByDescending(Rank).ThenBy(t => t.Id).ToList();
        var outdated = alive.Where(task => !IsCurrent(service, task)).OrderByDescending(Rank).ThenBy(t => t.Id).ToList();
        if (MayNotMeet(service) && current.Count > 0 && current.TrueForAll(task => task.Desired == TaskState.Ready)
            && outdated.Exists(task => task.State == TaskState.Running))
        {
            // It was to follow a task that had to leave and now may stay (its node is not drained any more): the update
            // comes to this slot when it is its turn, and not beside others.
            current.ForEach(task => Stop(work, task));
            return;
        }
        var successorRuns = current.Count > 0 && current[0].State == TaskState.Running;
        foreach (var task in current.Skip(1).Concat(successorRuns ? outdated : outdated.Skip(1)))
            Stop(work, task);
    }

    private static bool MayNotMeet(Service service) => !service.IsJob && !Handover.StartsFirst(service);

    private static void Fill(Workspace work, Service service, SlotKey slot)
    {
        if (Handover.Staying(work, service, slot).Count > 0)
            return;
        var newest = work.State.TasksIn(service.Id, slot) is { Count: > 0 } tasks ? tasks[^1] : null;
        if (LastEnded(work, service, slot) is null)
        {
            // A delay that its predecessor was still waiting for is not cut short by the loss of a node.
            var same = newest is not null && IsCurrent(service, newest);
            var waits = same && newest!.RunningSince.IsNever && newest.NotBefore > work.Now;

            // Two runs of a job never meet in one slot, nor do a task that leaves and its successor when the order is stop-first.
            var follows = service.IsJob ? PredecessorStands(work, service, slot) : MustFollow(work, service, slot);
            TaskCreation.Create(work, service, slot, waits || follows ? TaskState.Ready : TaskState.Running,
                waits ? newest!.NotBefore : default, same ? newest!.Restarts : RestartHistory.None);
        }
        else if (RestartRules.Next(newest!, service.TaskSpec.Restart, work.Now) is { } next)
        {
            var waits = next.NotBefore > work.Now || MustFollow(work, service, slot);
            TaskCreation.Create(work, service, slot, waits ? TaskState.Ready : TaskState.Running, next.NotBefore, next.History);
        }
    }

    /// <summary>The slot's newest task, if it ran what is wanted now and ended by itself: restart rules are for its like.</summary>
    public static TaskRecord? LastEnded(Workspace work, Service service, SlotKey slot) =>
        work.State.TasksIn(service.Id, slot) is [.., { State: TaskState.Complete or TaskState.Failed or TaskState.Rejected } newest]
            && IsCurrent(service, newest) ? newest : null;

    /// <summary>Ready becomes running when its delay is over and its predecessor has left the slot.</summary>
    private static void Promote(Workspace work, Service service, SlotKey slot)
    {
        foreach (var task in Alive(work, service, slot))
        {
            if (task.Desired == TaskState.Ready && task.NotBefore <= work.Now && !PredecessorStands(work, service, slot))
                work.Emit(new TaskDesiredSet(task.Id, TaskState.Running, work.Now));
        }
    }

    private static bool PredecessorStands(Workspace work, Service service, SlotKey slot) =>
        work.State.TasksIn(service.Id, slot).Any(task => task.Desired > TaskState.Running && task.HoldsResources
            && work.State.Nodes.Get(task.NodeId) is { State: not NodeState.Down })
        || MustFollow(work, service, slot);

    /// <summary>Another task of the slot still runs, on its way out, and the two may not run together.</summary>
    private static bool MustFollow(Workspace work, Service service, SlotKey slot) =>
        !Handover.StartsFirst(service) && Alive(work, service, slot).Exists(task => Handover.IsLeaving(work, service, task));

    /// <summary>Asks a task to stop; one that no node has yet is simply forgotten.</summary>
    public static void Stop(Workspace work, TaskRecord task)
    {
        if (task.NodeId.IsNone)
            work.Emit(new TaskRemoved(task.Id));
        else
            work.Emit(new TaskDesiredSet(task.Id, TaskState.Shutdown, work.Now));
    }

    public static List<TaskRecord> Alive(Workspace work, Service service, SlotKey slot) =>
        [.. work.State.TasksIn(service.Id, slot).Where(task => task.IsAlive)];

    public static bool IsCurrent(Service service, TaskRecord task) =>
        task.Spec.Version == service.TaskSpec.Version
        || (!service.IsJob && task.Spec.Fingerprint == service.TaskSpec.Fingerprint);

    private static int Rank(TaskRecord task) => task.Desired == TaskState.Running ? 1000 + (int)task.State : (int)task.State;
}
