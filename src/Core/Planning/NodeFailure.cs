using Orch.Core.Model;

namespace Orch.Core.Planning;

/// <summary>Decides that a task leaves its node: the node is gone, down or drained, or no longer meets the constraints.</summary>
internal static class NodeFailure
{
    public static bool MustLeave(Workspace work, Service service, TaskRecord task)
    {
        if (work.State.Nodes.Get(task.NodeId) is not { } node)
            return true;

        // A global task has nowhere else to go: it stays with its node and is running again when the node returns.
        if (service.IsGlobal ? node.Spec.Availability == Model.Specs.NodeAvailability.Drain : node.LosesTasks)
            return true;
        return service.TaskSpec.Template.Placement?.Constraints is { Count: > 0 }
            && !work.Scheduler.CheckConstraints(service.TaskSpec, node.Id).Admitted;
    }
}
