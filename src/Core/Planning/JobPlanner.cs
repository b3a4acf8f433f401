using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Core.Planning;

/// <summary>
/// Jobs: each slot completes once per run (an update is a new run), and of a replicated job no more slots are busy at a
/// time than it allows. Counts are kept from step to step, so that an ended task costs its slot and not the job.
/// </summary>
internal sealed class JobPlanner
{
    private readonly Dictionary<ServiceId, JobTally> _tallies = [];

    public void Forget(ServiceId service) => _tallies.Remove(service);

    /// <summary>Plans every slot of a replicated job; false when the budget ran out.</summary>
    public bool PlanAll(Workspace work, Service service, int budget)
    {
        foreach (var slot in work.State.TasksOf(service.Id).Slots.Order().ToList())
        {
            if (work.EventCount > budget)
                return false;
            PlanStarted(work, service, slot);
        }
        return StartMore(work, service, budget);
    }

    /// <summary>Plans one slot, and those that may start because of it; false when the budget ran out.</summary>
    public bool PlanSlot(Workspace work, Service service, SlotKey slot, int budget)
    {
        PlanStarted(work, service, slot);
        return StartMore(work, service, budget);
    }

    private void PlanStarted(Workspace work, Service service, SlotKey slot)
    {
        if (slot.Number == 0 || slot.Number > service.Replicas)
        {
            SlotRetirement.Remove(work, service.Id, slot);
            return;
        }
        var tally = TallyOf(work, service);
        if (JobTally.HasStarted(work.State, service, slot))
            PlanTasks(work, service, slot);
        else
            EndOtherRuns(work, service, slot);
        tally.Look(work.State, service, slot);
    }

    private bool StartMore(Workspace work, Service service, int budget)
    {
        var tally = TallyOf(work, service);
        var most = service.Spec.Mode!.ReplicatedJob!.Concurrency;
        while ((ulong)tally.Live < most && tally.NextToStart(work.State, service) is { } slot)
        {
            if (work.EventCount > budget)
                return false;
            PlanTasks(work, service, slot);
            tally.Look(work.State, service, slot);
        }
        return true;
    }

    /// <summary>The tasks of a slot that is part of the run: replaced as the policy says, until one of them completes.</summary>
    public static void PlanTasks(Workspace work, Service service, SlotKey slot)
    {
        EndOtherRuns(work, service, slot);
        if (!JobTally.IsComplete(work.State, service, slot))
        {
            SlotPlanner.Plan(work, service, slot);
            return;
        }

        // One that was thought lost may have completed after all: its replacement is not needed.
        foreach (var task in work.State.TasksIn(service.Id, slot).Where(task => task.Desired <= TaskState.Running))
            SlotPlanner.Stop(work, task);
        HistoryPruner.Prune(work, service.Id, slot);
    }

    private static void EndOtherRuns(Workspace work, Service service, SlotKey slot)
    {
        foreach (var task in work.State.TasksIn(service.Id, slot))
        {
            if (task.Spec.Version == service.TaskSpec.Version || task.Desired > TaskState.Running)
                continue;
            if (task.NodeId.IsNone)
                work.Emit(new TaskRemoved(task.Id));
            else
                work.Emit(new TaskDesiredSet(task.Id, task.State.IsTerminal() ? TaskState.Shutdown : TaskState.Remove, work.Now));
        }
        HistoryPruner.Prune(work, service.Id, slot);
    }

    private JobTally TallyOf(Workspace work, Service service)
    {
        if (!_tallies.TryGetValue(service.Id, out var tally) || tally.Version != service.TaskSpec.Version)
            _tallies[service.Id] = tally = new(work.State, service);
        return tally;
    }
}
