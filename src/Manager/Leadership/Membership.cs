using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Manager.Leadership;

/// <summary>
/// Whether a manager still is one. One that was removed must neither lead nor wait for its turn: it knows the store, not the cluster.
/// </summary>
internal static class Membership
{
    /// <exception cref="InvalidDataException">It is not: no restart changes that.</exception>
    public static void Check(ClusterState state, NodeId self)
    {
        // Before the first record there is nobody to be a member of.
        if (state.Cluster is null || state.Nodes.Get(self) is { Spec.Role: NodeRole.Manager })
            return;
        throw new InvalidDataException($"this manager ({self}) was removed from the cluster: `orch leave --force` clears this machine, "
            + "`orch join` adds it again");
    }
}
