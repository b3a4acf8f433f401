using Orch.Core.Events;
using Orch.Core.Model;

namespace Orch.Core.Planning;

/// <summary>A slot that is not wanted any more (scaled down, service removed): its tasks stop and leave no history.</summary>
internal static class SlotRetirement
{
    public static void Remove(Workspace work, ServiceId service, SlotKey slot)
    {
        foreach (var task in work.State.TasksIn(service, slot))
        {
            if (task.Desired < TaskState.Remove)
                work.Emit(new TaskDesiredSet(task.Id, TaskState.Remove, work.Now));
        }
        HistoryPruner.Prune(work, service, slot);
    }

    /// <summary>False when the budget ran out and the service must be looked at again.</summary>
    public static bool RemoveAll(Workspace work, ServiceId service, int budget)
    {
        foreach (var slot in work.State.TasksOf(service).Slots.Order().ToList())
        {
            if (work.EventCount > budget)
                return false;
            Remove(work, service, slot);
        }
        return true;
    }
}
