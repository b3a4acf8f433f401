using Orch.Core.Model;

namespace Orch.Core.Planning;

/// <summary>
/// A running task whose node is drained (or stopped to fit) goes on until its successor elsewhere is there: running where
/// the service updates start-first, prepared where it updates stop-first, so that the gap is a stop and a start. It does
/// not wait for a successor that finds no place, and not at all on a node that is down.
/// </summary>
internal static class Handover
{
    public static bool IsLeaving(Workspace work, Service service, TaskRecord task) =>
        task is { State: TaskState.Running, IsAlive: true } && !service.IsGlobal && !service.IsJob
        && work.State.Nodes.Get(task.NodeId) is { State: not NodeState.Down } && NodeFailure.MustLeave(work, service, task);

    /// <summary>Two tasks of the service may run at a time in one slot.</summary>
    public static bool StartsFirst(Service service) => service.Spec.UpdateConfig?.Order == "start-first";

    /// <summary>The live tasks of a slot that are there to stay.</summary>
    public static List<TaskRecord> Staying(Workspace work, Service service, SlotKey slot) =>
        [.. SlotPlanner.Alive(work, service, slot).Where(task => !IsLeaving(work, service, task))];

    /// <summary>Nothing is left to wait for.</summary>
    public static bool IsOver(Workspace work, Service service, SlotKey slot)
    {
        var enough = StartsFirst(service) ? TaskState.Running : TaskState.Ready;
        var successors = Staying(work, service, slot).Where(task => SlotPlanner.IsCurrent(service, task)).ToList();
        if (successors.Count > 0)
            return successors.Exists(task => task.State >= enough || (task.NodeId.IsNone && task.Status.Error is not null));
        return SlotPlanner.LastEnded(work, service, slot) is { } ended
            && RestartRules.Next(ended, service.TaskSpec.Restart, work.Now) is null;
    }
}
