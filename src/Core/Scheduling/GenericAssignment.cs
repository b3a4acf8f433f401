using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Core.Scheduling;

/// <summary>
/// Which of a node's generic resources a task gets, once it was decided that there are enough. Named ones first, in the
/// order the node advertises them; the rest are numbers only.
/// </summary>
internal static class GenericAssignment
{
    /// <summary>Null for a task that asks for none.</summary>
    public static IReadOnlyList<AssignedResource>? Of(ClusterState state, TaskSpec spec, NodeId node)
    {
        if (spec.Template.Resources?.Reservations?.GenericResources is not { Count: > 0 } wanted)
            return null;
        var names = state.Nodes.Get(node)?.Description.GenericNames;
        var used = names is null ? [] : Used(state, node);
        var given = new List<AssignedResource>();
        foreach (var need in wanted.Select(one => one.DiscreteResourceSpec).OfType<Model.Specs.DiscreteResource>())
        {
            var (kind, left) = (need.Kind ?? "", need.Value);
            foreach (var name in names?.GetValueOrDefault(kind)?.Distinct(StringComparer.Ordinal) ?? [])
            {
                if (left == 0 || !used.Add((kind, name)))
                    continue;
                given.Add(new(kind, name, 1));
                left--;
            }
            if (left > 0)
                given.Add(new(kind, null, left));
        }
        return given.Count == 0 ? null : given;
    }

    private static HashSet<(string, string)> Used(ClusterState state, NodeId node) =>
    [
        .. from task in state.TasksOn(node)
           where task.HoldsResources
           from resource in task.Resources ?? []
           where resource.Name is not null
           select (resource.Kind, resource.Name),
    ];
}
