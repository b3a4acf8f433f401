using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Core.Planning;

/// <summary>One task on every eligible node. A node that is down or paused keeps its task, a drained one loses it.</summary>
internal static class GlobalPlanner
{
    public static bool PlanAll(Workspace work, Service service, int budget)
    {
        foreach (var slot in work.State.TasksOf(service.Id).Slots.Order().ToList())
        {
            if (work.EventCount > budget)
                return false;
            PlanSlot(work, service, slot);
        }
        foreach (var node in work.State.Nodes.Values)
        {
            if (work.EventCount > budget)
                return false;
            var slot = SlotKey.Of(node.Id);
            if (work.State.TasksOf(service.Id).In(slot).IsEmpty)
                PlanSlot(work, service, slot);
        }
        return true;
    }

    public static void PlanSlot(Workspace work, Service service, SlotKey slot)
    {
        var node = work.State.Nodes.Get(slot.Node);
        if (node is null)
            SlotRetirement.Remove(work, service.Id, slot);
        else if (!MayKeep(work, service, node) || (!node.TakesNewTasks && !HasLiveTask(work, service, slot)))
            Leave(work, service, slot);
        else if (node.TakesNewTasks && WasLeftBehind(work, service, slot))
            SlotUpdate.Start(work, service, slot, startFirst: false);
        else if (service.IsJob)
            JobPlanner.PlanTasks(work, service, slot);
        else
            SlotPlanner.Plan(work, service, slot);
    }

    private static bool MayKeep(Workspace work, Service service, Node node) =>
        node.Spec.Availability != NodeAvailability.Drain && work.Scheduler.CheckConstraints(service.TaskSpec, node.Id).Admitted;

    /// <summary>An update went by while the node was away.</summary>
    private static bool WasLeftBehind(Workspace work, Service service, SlotKey slot) =>
        service.Update is { State: UpdateState.Completed or UpdateState.RollbackCompleted }
        && SlotPlanner.Alive(work, service, slot) is { Count: > 0 } alive
        && !alive.Exists(task => SlotPlanner.IsCurrent(service, task));

    private static bool HasLiveTask(Workspace work, Service service, SlotKey slot) =>
        SlotPlanner.Alive(work, service, slot).Count > 0;

    private static void Leave(Workspace work, Service service, SlotKey slot)
    {
        foreach (var task in work.State.TasksIn(service.Id, slot).Where(task => task.Desired <= TaskState.Running))
            SlotPlanner.Stop(work, task);
        HistoryPruner.Prune(work, service.Id, slot);
    }
}
