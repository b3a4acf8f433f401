using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Core.Planning;

/// <summary>
/// A port published on every node needs every node on the network that carries it, also those that join later and those
/// without a task of the service. Knows the carrying networks, so that a new node costs them and not the services.
/// </summary>
internal sealed class PublishingNodes
{
    private readonly Dictionary<ServiceId, NetworkId> _networkOf = [];
    private readonly Dictionary<NetworkId, int> _services = [];

    /// <summary>Networks whose nodes must be looked at, all of them.</summary>
    private readonly HashSet<NetworkId> _networks = [];
    private readonly HashSet<NodeId> _nodes = [];

    /// <summary>Networks that had no address for a node, until one is given back or a task no longer waits for one.</summary>
    private readonly HashSet<NetworkId> _dry = [];

    public bool HasWork => _networks.Count + _nodes.Count > 0;

    /// <summary>It carries what is published on every node.</summary>
    public bool IsCarrier(NetworkId network) => _services.ContainsKey(network);

    /// <summary>The network that carries nothing from now on; none: there is no such.</summary>
    public NetworkId Set(ClusterState state, ServiceId id)
    {
        NetworkId left = default;
        var network = state.Services.TryGet(id, out var service) && service.TaskSpec.PublishesIngress
            && state.NetworksOf(service) is { Count: > 0 } networks ? networks[0] : default;
        if (_networkOf.GetValueOrDefault(id) == network)
            return left;
        if (_networkOf.Remove(id, out var before) && --_services[before] == 0)
        {
            _services.Remove(before);
            _dry.Remove(before);
            left = before;
        }
        if (network.IsNone)
            return left;
        _networkOf[id] = network;
        _services[network] = _services.GetValueOrDefault(network) + 1;
        if (_services[network] == 1)
            _networks.Add(network);
        return left;
    }

    public void NodeTouched(NodeId node)
    {
        if (_services.Count > 0)
            _nodes.Add(node);
    }

    public void Freed(NetworkId network)
    {
        if (_dry.Remove(network))
            _networks.Add(network);
    }

    /// <summary>After tasks were placed: what those are waiting for (IsWanted) is not taken.</summary>
    public void Plan(Workspace work, int budget, Func<Workspace, NetworkId, bool> isWanted)
    {
        foreach (var network in _networks.ToList())
        {
            if (!AddAll(work, network, budget, isWanted))
                return;
            _networks.Remove(network);
        }
        foreach (var node in _nodes.ToList())
        {
            foreach (var network in _services.Keys)
            {
                if (work.EventCount > budget)
                    return;
                if (work.State.Nodes.Contains(node))
                    Add(work, node, network, isWanted);
            }
            _nodes.Remove(node);
        }
    }

    /// <summary>False when the budget ran out.</summary>
    private bool AddAll(Workspace work, NetworkId network, int budget, Func<Workspace, NetworkId, bool> isWanted)
    {
        if (!_services.ContainsKey(network))
            return true;
        foreach (var node in work.State.Nodes.Keys)
        {
            if (work.EventCount > budget)
                return false;
            if (!Add(work, node, network, isWanted))
                break;
        }
        return true;
    }

    private bool Add(Workspace work, NodeId node, NetworkId network, Func<Workspace, NetworkId, bool> isWanted)
    {
        if (!work.State.Networks.Contains(network) || TaskAddressing.HasNode(work.State, node, network)
            || (!isWanted(work, network) && TaskAddressing.AddNode(work, node, network)))
            return true;
        _dry.Add(network);
        return false;
    }
}
