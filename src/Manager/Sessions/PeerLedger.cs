using Orch.Contracts.Agent;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Manager.Sessions;

/// <summary>
/// The other nodes of an agent's networks, as it was told of them: each answers packets of the others, so it must know them
/// before the first one comes. Pure.
/// </summary>
internal sealed class PeerLedger(NodeId own)
{
    private readonly Dictionary<NetworkId, Dictionary<NodeId, Peer>> _told = [];

    public void Clear() => _told.Clear();

    /// <summary>The agent has the network from now on: all who have it, too.</summary>
    public void Open(ClusterState view, NetworkUpdate message, NetworkId network)
    {
        _told[network] = [];
        foreach (var node in view.NetworkNodes.Get(network).Keys)
            Settle(view, message, node, network);
    }

    /// <summary>The agent forgets the network, and its peers there with it.</summary>
    public void Close(NetworkId network) => _told.Remove(network);

    public void Settle(ClusterState view, NetworkUpdate message, NodeId node, NetworkId network)
    {
        if (node == own || !_told.TryGetValue(network, out var peers))
            return;
        if (view.NodeNetworks.Get(node).TryGet(network, out var bridge) && view.Nodes.Get(node) is { DataAddress.Length: > 0 } record)
        {
            var now = new Peer(record.DataAddress, bridge);
            if (peers.TryGetValue(node, out var before) && before == now)
                return;
            peers[node] = now;
            message.Peers.Add(new NetworkPeer
            {
                NetworkId = network.ToString(),
                NodeId = node.ToString(),
                NodeAddress = now.NodeAddress,
                BridgeAddress = now.BridgeAddress,
            });
        }
        else if (peers.Remove(node))
            message.RemovedPeers.Add(new NetworkPeer { NetworkId = network.ToString(), NodeId = node.ToString() });
    }

    private readonly record struct Peer(string NodeAddress, string BridgeAddress);
}
