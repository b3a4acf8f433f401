using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Core.Planning;

/// <summary>
/// Which slots of a service may go to the new version next. Everything is derived from durable stamps (running since,
/// update started), so a new leader continues where the old one stood. Returns when to look again.
/// </summary>
internal static class RolloutPlanner
{
    public static Timestamp? Plan(Workspace work, Service service)
    {
        var config = service.ActiveUpdateConfig;
        var delay = SpecDefaults.Nanos(config?.Delay ?? 0);
        var survey = RolloutSurvey.Of(work, service, delay);

        var parallelism = config?.Parallelism ?? SpecDefaults.UpdateParallelism;
        var room = parallelism == 0 ? survey.Outdated.Count : (int)Math.Min(parallelism, int.MaxValue) - survey.Busy;
        var startFirst = config?.Order == "start-first";
        foreach (var slot in survey.Outdated.Take(Math.Max(room, 0)))
        {
            // What is left over follows: every slot that starts brings its service here again.
            if (work.EventCount > ClusterPlanner.Budget)
                break;
            StartSlot(work, service, slot, startFirst);
        }

        if (survey.Outdated.Count > 0 || survey.Busy > 0 || survey.Unfinished > 0)
            return survey.NextDelayEnds;
        return Finish(work, service, survey, config);
    }

    public static void StartSlot(Workspace work, Service service, SlotKey slot, bool startFirst)
    {
        var outdated = SlotPlanner.Alive(work, service, slot).Where(t => !SlotPlanner.IsCurrent(service, t)).ToList();
        if (startFirst)
        {
            StartBeside(work, service, slot);
            return;
        }
        TaskCreation.Create(work, service, slot, TaskState.Ready, default, RestartHistory.None);
        foreach (var task in outdated)
            SlotPlanner.Stop(work, task);

        // Nothing had to be stopped (it was not placed yet, or its node is down): the new one need not wait either.
        SlotPlanner.Plan(work, service, slot);
    }

    /// <summary>The old task goes on until the new one runs; one that failed before is tried again as its policy says.</summary>
    private static void StartBeside(Workspace work, Service service, SlotKey slot)
    {
        if (SlotPlanner.LastEnded(work, service, slot) is not { } ended)
            TaskCreation.Create(work, service, slot, TaskState.Running, default, RestartHistory.None);
        else if (RestartRules.Next(ended, service.TaskSpec.Restart, work.Now) is { } next)
            TaskCreation.Create(work, service, slot,
                next.NotBefore > work.Now ? TaskState.Ready : TaskState.Running, next.NotBefore, next.History);
    }

    private static Timestamp? Finish(Workspace work, Service service, RolloutSurvey survey, UpdateConfig? config)
    {
        var monitor = config?.Monitor is { } ns and > 0 ? SpecDefaults.Nanos(ns) : SpecDefaults.UpdateMonitor;
        var watchedUntil = survey.LastRunningSince.IsNever ? work.Now : survey.LastRunningSince + monitor;
        if (watchedUntil > work.Now)
            return watchedUntil;
        var rollback = service.Update!.State == UpdateState.RollbackStarted;
        work.Emit(new ServiceUpdateProgressed(service.Id, service.Update with
        {
            State = rollback ? UpdateState.RollbackCompleted : UpdateState.Completed,
            CompletedAt = work.Now,
            Message = rollback ? "rollback completed" : "update completed",
        }, work.Now));
        return null;
    }
}

/// <summary>Where each slot of an update stands.</summary>
internal sealed class RolloutSurvey
{
    public List<SlotKey> Outdated { get; } = [];

    /// <summary>Slots that are being replaced, or whose delay after it is not over.</summary>
    public int Busy { get; private set; }

    /// <summary>Slots where the old task still runs because the new one keeps failing: they hold nobody up, but the end.</summary>
    public int Unfinished { get; private set; }
    public Timestamp LastRunningSince { get; private set; }
    public Timestamp? NextDelayEnds { get; private set; }

    public static RolloutSurvey Of(Workspace work, Service service, TimeSpan delay)
    {
        var survey = new RolloutSurvey();
        foreach (var slot in work.State.TasksOf(service.Id).Slots.Order())
            survey.Add(work, service, slot, delay);
        return survey;
    }

    private void Add(Workspace work, Service service, SlotKey slot, TimeSpan delay)
    {
        if (slot.IsGlobal && IsAway(work, slot))
            return;
        var tasks = work.State.TasksIn(service.Id, slot);
        var current = tasks.FirstOrDefault(task => task.IsAlive && SlotPlanner.IsCurrent(service, task));
        if (current is null)
        {
            if (tasks.Any(task => task.IsAlive && work.State.Nodes.Get(task.NodeId) is { State: NodeState.Unknown }))
                Busy++;
            else if (tasks.Any(task => task.IsAlive) && !GaveUp(work, service, slot))
                Outdated.Add(slot);
            return;
        }
        if (current.State != TaskState.Running)
        {
            // With failure action continue, a slot that already failed once does not hold the others up.
            if (!tasks.Any(task => task.State is TaskState.Failed or TaskState.Rejected && SlotPlanner.IsCurrent(service, task)))
                Busy++;
            else if (tasks.Any(task => task.IsAlive && !SlotPlanner.IsCurrent(service, task)))
                Unfinished++;
            return;
        }
        if (current.RunningSince > LastRunningSince)
            LastRunningSince = current.RunningSince;
        var delayEnds = current.RunningSince + delay;
        var isNew = current.RunningSince >= service.Update!.StartedAt;
        if (isNew && delayEnds > work.Now && delay > TimeSpan.Zero)
        {
            Busy++;
            if (NextDelayEnds is null || delayEnds < NextDelayEnds)
                NextDelayEnds = delayEnds;
        }
    }

    /// <summary>No task can start there now; what is left behind is replaced when the node takes tasks again.</summary>
    private static bool IsAway(Workspace work, SlotKey slot) =>
        work.State.Nodes.Get(slot.Node) is not { } node || (!node.TakesNewTasks && node.State != NodeState.Unknown);

    /// <summary>The new version ended here and its restart policy allows no other try: the old task stays.</summary>
    private static bool GaveUp(Workspace work, Service service, SlotKey slot) =>
        SlotPlanner.LastEnded(work, service, slot) is { } ended
        && RestartRules.Next(ended, service.TaskSpec.Restart, work.Now) is null;
}
