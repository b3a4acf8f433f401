using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Manager.Sessions;

/// <summary>Where the cluster's managers answer, as the state knows it.</summary>
public static class ManagerAddresses
{
    /// <summary>
    /// HOST:PORT of each, the leader first, the others in one order for all, last those on machines that are down: nobody shall
    /// wait for these. The fallback where none is known.
    /// </summary>
    public static IReadOnlyList<string> Of(ClusterState state, NodeId leader, IReadOnlyList<string> fallback)
    {
        List<string> known =
        [
            .. state.Nodes.Values.Where(node => node.Spec.Role == NodeRole.Manager && node.ManagerAddr is not null)
                .OrderBy(node => node.Id != leader).ThenBy(node => node.State == NodeState.Down).ThenBy(node => node.Id)
                .Select(node => node.ManagerAddr!).Distinct(StringComparer.Ordinal),
        ];
        return known.Count > 0 ? known : fallback;
    }
}
