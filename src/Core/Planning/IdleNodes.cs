using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Core.Planning;

/// <summary>
/// Takes back machines' own addresses in a network that is short of them, where a machine has no task on it. A network with
/// room leaves them as they are, so that a machine has the same when it needs the network again; and one that carries what is
/// published on every node has no idle machine.
/// </summary>
internal sealed class IdleNodes(PublishingNodes publishing)
{
    /// <summary>No more than this is too little for a task and a machine that is new to the network.</summary>
    private const uint Shortage = 1;

    /// <summary>Networks that were short when they were last looked at, and all of their nodes with them.</summary>
    private readonly HashSet<NetworkId> _short = [];
    private readonly HashSet<NetworkId> _networks = [];

    /// <summary>Nodes that may have had their last task on a network.</summary>
    private readonly HashSet<(NodeId Node, NetworkId Network)> _left = [];

    public void Note(NetworkId network) => _networks.Add(network);

    public void Note(ClusterState state, Service service)
    {
        foreach (var network in state.NetworksOf(service))
            Note(network);
    }

    public void Note(TaskRecord task, bool isGone = false)
    {
        foreach (var (network, _) in task.Addresses)
        {
            Note(network);
            if (isGone || !task.NeedsNetworks)
                _left.Add((task.NodeId, network));
        }
    }

    public void Plan(Workspace work)
    {
        foreach (var network in _networks)
        {
            if (!IsShort(work.State, network))
                _short.Remove(network);
            else if (_short.Add(network))
                LookAtAll(work, network);
        }
        foreach (var (node, network) in _left.Where(left => _short.Contains(left.Network)))
            Look(work, node, network);
        _networks.Clear();
        _left.Clear();
    }

    private bool IsShort(ClusterState state, NetworkId network) => state.Networks.Contains(network)
        && state.AddressBooks.Get(network).Free <= Shortage && !publishing.IsCarrier(network) && !StillCarries(state, network);

    /// <summary>While a service leaves a network, what it publishes is also reached through that, from every node.</summary>
    private static bool StillCarries(ClusterState state, NetworkId network) => state.NetworkTasks.Get(network).Keys.Any(id =>
        state.Services.Get(id) is { TaskSpec.PublishesIngress: true } && state.TaskNetworks.Get(id).Get(network).First > 0);

    private static void LookAtAll(Workspace work, NetworkId network)
    {
        foreach (var node in work.State.NetworkNodes.Get(network).Keys.ToList())
            Look(work, node, network);
    }

    private static void Look(Workspace work, NodeId node, NetworkId network)
    {
        if (work.State.NetworkNodes.Get(network).Contains(node) && !IsNeeded(work.State, node, network))
            work.Emit(new NodeNetworkRemoved(node, network, work.Now));
    }

    private static bool IsNeeded(ClusterState state, NodeId node, NetworkId network) =>
        state.TasksOn(node).Any(task => task.NeedsNetworks && task.Addresses.Any(at => at.Network == network));
}
