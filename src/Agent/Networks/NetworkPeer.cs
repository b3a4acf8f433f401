using Orch.Core.Networking;

namespace Orch.Agent.Networks;

/// <summary>Another machine that has a network: what comes from its own address there is answered to it.</summary>
public sealed record NetworkPeer(string NetworkId, string NodeId, IpAddr NodeAddress, IpAddr BridgeAddress)
{
    /// <summary>Null when one of the addresses is none: such a machine cannot be reached.</summary>
    public static NetworkPeer? From(Contracts.Agent.NetworkPeer message) =>
        IpAddr.TryParse(message.NodeAddress, out var node) && IpAddr.TryParse(message.BridgeAddress, out var bridge)
            ? new(message.NetworkId, message.NodeId, node, bridge) : null;
}
