using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Core.Planning;

/// <summary>Slots 1 to N of a replicated service: which exist, which are surplus (the highest go first).</summary>
internal static class ReplicatedPlanner
{
    /// <summary>Plans every slot; false when the budget ran out and the service must be looked at again.</summary>
    public static bool PlanAll(Workspace work, Service service, int budget)
    {
        foreach (var slot in work.State.TasksOf(service.Id).Slots.Order().ToList())
        {
            if (work.EventCount > budget)
                return false;
            PlanSlot(work, service, slot);
        }
        for (ulong number = 1; number <= service.Replicas; number++)
        {
            if (work.EventCount > budget)
                return false;
            var slot = SlotKey.Of(number);
            if (work.State.TasksOf(service.Id).In(slot).IsEmpty)
                SlotPlanner.Plan(work, service, slot);
        }
        return true;
    }

    public static void PlanSlot(Workspace work, Service service, SlotKey slot)
    {
        if (slot.Number is > 0 && slot.Number <= service.Replicas)
            SlotPlanner.Plan(work, service, slot);
        else
            SlotRetirement.Remove(work, service.Id, slot);
    }
}
