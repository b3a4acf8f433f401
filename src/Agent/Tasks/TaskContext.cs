using System.Globalization;
using Orch.Core.Model;
using NodeDescription = Orch.Contracts.Agent.NodeDescription;

namespace Orch.Agent.Tasks;

/// <summary>What templates of one task see as their dot: .Service, .Node and .Task, with Docker's members.</summary>
internal static class TaskContext
{
    public static IReadOnlyDictionary<string, object?> Of(LocalTask task, NodeDescription node, NodeId nodeId) =>
        new Dictionary<string, object?>
        {
            ["Service"] = new Dictionary<string, object?>
            {
                ["ID"] = task.Assignment!.ServiceId,
                ["Name"] = task.Spec!.ServiceName,
                ["Labels"] = (task.Spec.ServiceLabels ?? []).ToDictionary(label => label.Key, label => (object?)label.Value),
            },
            ["Node"] = new Dictionary<string, object?>
            {
                ["ID"] = nodeId.ToString(),
                ["Hostname"] = node.Hostname,
                ["Platform"] = new Dictionary<string, object?> { ["Architecture"] = node.Architecture, ["OS"] = node.Os },
            },
            ["Task"] = new Dictionary<string, object?>
            {
                ["ID"] = task.Id.ToString(),
                ["Name"] = task.Assignment.Name,
                ["Slot"] = task.Assignment.Slot == 0
                    ? nodeId.ToString()
                    : task.Assignment.Slot.ToString(CultureInfo.InvariantCulture),
            },
        };
}
