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

    public static void RemoveAll(Workspace work, ServiceId service)
    {
        foreach (var slot in work.State.TasksOf(service).Slots.Order().ToList())
            Remove(work, service, slot);
    }
}
