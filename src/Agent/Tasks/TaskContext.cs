using System.Globalization;
using Orch.Core.Model;
using Orch.Core.Templates;
using NodeDescription = Orch.Contracts.Agent.NodeDescription;

namespace Orch.Agent.Tasks;

/// <summary>What templates of one task see as their dot: .Service, .Node and .Task, with Docker's members.</summary>
internal static class TaskContext
{
    public static IReadOnlyDictionary<string, object?> Of(LocalTask task, NodeDescription node, NodeId nodeId) =>
        new TemplateContext
        {
            ServiceId = task.Assignment!.ServiceId,
            ServiceName = task.Spec!.ServiceName,
            ServiceLabels = task.Spec.ServiceLabels,
            NodeId = nodeId.ToString(),
            Hostname = node.Hostname,
            Architecture = node.Architecture,
            Os = node.Os,
            TaskId = task.Id.ToString(),
            TaskName = task.Assignment.Name,
            Slot = task.Assignment.Slot == 0 ? nodeId.ToString() : task.Assignment.Slot.ToString(CultureInfo.InvariantCulture),
        }.Dot();
}
