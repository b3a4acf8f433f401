using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>Events of nodes.</summary>
internal static class NodeFold
{
    public static void Apply(ClusterState state, ClusterEvent e, Changes changes)
    {
        switch (e)
        {
            case NodeJoined joined:
                Set(state, changes, Joined(state, joined), joined.At);
                break;
            case NodeSpecSet set:
                Set(state, changes, Existing(state, set.Id) with { Spec = set.Spec }, set.At);
                break;
            case NodeDescribed described:
                var known = Existing(state, described.Id);
                var address = described.Address is "" ? known.Address : described.Address;
                Set(state, changes, known with { Description = described.Description, Address = address }, described.At);
                break;
            case NodeStateSet set:
                Set(state, changes, Existing(state, set.Id) with { State = set.State, StateMessage = set.Message }, set.At);
                break;
            case NodeManagerAddrSet set:
                Set(state, changes, Existing(state, set.Id) with { ManagerAddr = set.ManagerAddr }, set.At);
                break;
            case NodeUnconfirmed unconfirmed:
                var silent = Existing(state, unconfirmed.Id);
                Set(state, changes, silent with { State = NodeState.Unknown, StateMessage = null }, silent.UpdatedAt);
                break;
            case NodeRemoved removed:
                state.Nodes = state.Nodes.Without(state.Token, removed.Id);
                AddressFold.FreeBridges(state, removed.Id, changes);
                changes.Touch(removed.Id);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>A machine that joins again keeps its labels and history; only its certificate is new.</summary>
    private static Node Joined(ClusterState state, NodeJoined joined) =>
        state.Nodes.TryGet(joined.Id, out var known)
            ? known with { Address = joined.Address, ManagerAddr = joined.ManagerAddr ?? known.ManagerAddr }
            : new Node
            {
                Id = joined.Id,
                Spec = joined.Spec,
                CreatedAt = joined.At,
                Address = joined.Address,
                ManagerAddr = joined.ManagerAddr,
                Description = new NodeDescription { Hostname = joined.Hostname },
            };

    private static void Set(ClusterState state, Changes changes, Node node, Timestamp at)
    {
        node = node with { UpdatedAt = at, Version = state.Revision };
        state.Nodes = state.Nodes.With(state.Token, node.Id, node);
        changes.Touch(node.Id);
    }

    private static Node Existing(ClusterState state, NodeId id) =>
        state.Nodes.Get(id) ?? throw new FoldException($"node {id} does not exist");
}
