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

    /// <summary>Networks that had no address for a node, until one is given back.</summary>
    private readonly HashSet<NetworkId> _dry = [];

    public bool HasWork => _networks.Count + _nodes.Count > 0;

    public void Set(ClusterState state, ServiceId id)
    {
        var network = state.Services.TryGet(id, out var service) && service.TaskSpec.PublishesIngress
            && state.NetworksOf(service) is { Count: > 0 } networks ? networks[0] : default;
        if (_networkOf.GetValueOrDefault(id) == network)
            return;
        if (_networkOf.Remove(id, out var before) && --_services[before] == 0)
        {
            _services.Remove(before);
            _dry.Remove(before);
        }
        if (network.IsNone)
            return;
        _networkOf[id] = network;
        _services[network] = _services.GetValueOrDefault(network) + 1;
        if (_services[network] == 1)
            _networks.Add(network);
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

    public void Plan(Workspace work, int budget)
    {
        foreach (var network in _networks.ToList())
        {
            if (!AddAll(work, network, budget))
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
                    Add(work, node, network);
            }
            _nodes.Remove(node);
        }
    }

    /// <summary>False when the budget ran out.</summary>
    private bool AddAll(Workspace work, NetworkId network, int budget)
    {
        if (!_services.ContainsKey(network))
            return true;
        foreach (var node in work.State.Nodes.Keys)
        {
            if (work.EventCount > budget)
                return false;
            if (!Add(work, node, network))
                break;
        }
        return true;
    }

    private bool Add(Workspace work, NodeId node, NetworkId network)
    {
        if (!work.State.Networks.Contains(network) || TaskAddressing.AddNode(work, node, network))
            return true;
        _dry.Add(network);
        return false;
    }
}
