using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>Decisions about nodes.</summary>
internal static class DecideNode
{
    public static Decision For(ClusterState state, ClusterCommand command, StepContext step) => command switch
    {
        JoinNode c => Decision.Accept(
            new NodeJoined(c.Id, new NodeSpec { Role = c.Role }, c.Hostname, c.Address, step.Now, c.ManagerAddr)),
        SetManagerAddr c => SetAddr(state, c, step),
        UpdateNode c => Update(state, c, step),
        RemoveNode c => Remove(state, c),
        DescribeNode c => Describe(state, c, step),
        SetNodeState c => SetState(state, c, step),
        _ => throw new UnreachableException(),
    };

    private static Decision Update(ClusterState state, UpdateNode c, StepContext step)
    {
        var (node, refusal) = Lookup.Node(state, c.Node);
        if (node is null)
            return Decision.Refuse(refusal!.Kind, refusal.Message);
        if (node.Version != c.Version)
            return Decision.Refuse(RefusalKind.OutOfSequence, "update out of sequence");
        if (node.Spec.Role == NodeRole.Manager && c.Spec.Role == NodeRole.Worker && ManagerCount(state) == 1)
            return Decision.Refuse(RefusalKind.FailedPrecondition, "attempting to demote the last manager of the swarm");
        if (node.Spec.Role != c.Spec.Role)
            return Decision.Refuse(RefusalKind.Unsupported,
                "changing a node's role is not supported by this cluster's store (SQLite holds one manager)");
        return Decision.Accept(new NodeSpecSet(node.Id, c.Spec, step.Now));
    }

    private static Decision Remove(ClusterState state, RemoveNode c)
    {
        var (node, refusal) = Lookup.Node(state, c.Node);
        if (node is null)
            return Decision.Refuse(refusal!.Kind, refusal.Message);
        // Docker's words; but one whose machine is gone for good cannot be demoted, and need not be where another manager is.
        if (node.Spec.Role == NodeRole.Manager && (ManagerCount(state) == 1 || !c.Force || node.State != NodeState.Down))
            return Decision.Refuse(RefusalKind.FailedPrecondition,
                $"node {node.Id} is a cluster manager and is a member of the raft cluster. "
                + "It must be demoted to worker before removal");
        if (node.State == NodeState.Ready && !c.Force)
            return Decision.Refuse(RefusalKind.FailedPrecondition, $"node {node.Id} is not down and can't be removed");
        return Decision.Accept(new NodeRemoved(node.Id));
    }

    private static Decision Describe(ClusterState state, DescribeNode c, StepContext step)
    {
        if (!state.Nodes.TryGet(c.Id, out var node))
            return Unknown(c.Id);
        var unchanged = node.Address == c.Address && DescriptionsEqual(node.Description, c.Description);
        return unchanged ? Decision.Accept() : Decision.Accept(new NodeDescribed(c.Id, c.Description, c.Address, step.Now));
    }

    private static Decision SetState(ClusterState state, SetNodeState c, StepContext step)
    {
        if (!state.Nodes.TryGet(c.Id, out var node))
            return Unknown(c.Id);
        return node.State == c.State && node.StateMessage == c.Message
            ? Decision.Accept()
            : Decision.Accept(new NodeStateSet(c.Id, c.State, c.Message, step.Now));
    }

    private static Decision SetAddr(ClusterState state, SetManagerAddr c, StepContext step) =>
        !state.Nodes.TryGet(c.Id, out var node) ? Unknown(c.Id)
        : node.ManagerAddr == c.ManagerAddr ? Decision.Accept()
        : Decision.Accept(new NodeManagerAddrSet(c.Id, c.ManagerAddr, step.Now));

    private static Decision Unknown(NodeId id) => Decision.Refuse(RefusalKind.NotFound, $"node {id} not found");

    private static int ManagerCount(ClusterState state) =>
        state.Nodes.Values.Count(node => node.Spec.Role == NodeRole.Manager);

    // Records compare lists by reference; the encoded events compare by content.
    private static bool DescriptionsEqual(NodeDescription a, NodeDescription b) =>
        EventCodec.Encode(new NodeDescribed(default, a, "", default)).AsSpan()
            .SequenceEqual(EventCodec.Encode(new NodeDescribed(default, b, "", default)));
}
