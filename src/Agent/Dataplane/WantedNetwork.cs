using Orch.Agent.Netlink;
using Orch.Agent.Networks;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>
/// What the links of one network shall be. The node answers for virtual addresses with its own bridge's hardware
/// address, and knows every task elsewhere before anybody asks: nothing is ever flooded.
/// </summary>
internal sealed record WantedNetwork
{
    public const string AliasPrefix = "orch:";
    public const string MtuOption = "com.docker.network.driver.mtu";

    public required string Id { get; init; }
    public required string Bridge { get; init; }
    public required string Vxlan { get; init; }
    public required MacAddress BridgeMac { get; init; }
    public required VxlanFacts Facts { get; init; }
    public required int Mtu { get; init; }
    public Dictionary<IpAddr, MacAddress> Neighbours { get; } = [];
    public Dictionary<MacAddress, IpAddr> Forwarding { get; } = [];
    public string Alias => AliasPrefix + Id;

    /// <summary>Of all networks of the book, in one walk over its services and tasks.</summary>
    public static Dictionary<string, WantedNetwork> Of(NetworkBook book, DataplaneOptions options, int underlayMtu)
    {
        var all = new Dictionary<string, WantedNetwork>(book.Networks.Count);
        foreach (var network in book.Networks.Values)
            all[network.Id] = From(network, options, underlayMtu);
        foreach (var service in book.Services.Values)
        {
            foreach (var attached in service.Networks)
            {
                if (attached.Vip is { IsV6: false } vip && all.TryGetValue(attached.NetworkId, out var network))
                    network.Neighbours[vip] = network.BridgeMac;
            }
        }
        foreach (var task in book.Tasks.Values)
        {
            if (task.NodeId == options.NodeId || !IpAddr.TryParse(task.NodeAddress, out var node) || node.IsV6)
                continue;
            foreach (var held in task.Addresses)
            {
                if (!held.Address.IsV6 && all.TryGetValue(held.NetworkId, out var network))
                    network.AddPeer(held.Address, node);
            }
        }
        foreach (var network in all.Values)
        {
            foreach (var peer in book.PeersOf(network.Id))
            {
                if (!peer.NodeAddress.IsV6 && !peer.BridgeAddress.IsV6)
                    network.AddPeer(peer.BridgeAddress, peer.NodeAddress);
            }
        }
        return all;
    }

    private void AddPeer(IpAddr address, IpAddr node)
    {
        var mac = MacAddress.Of(address);
        Neighbours[address] = mac;
        Forwarding[mac] = node;
    }

    private static WantedNetwork From(NodeNetwork network, DataplaneOptions options, int underlayMtu) => new()
    {
        Id = network.Id,
        Bridge = network.BridgeName,
        Vxlan = network.VxlanName,
        BridgeMac = MacAddress.Of(network.BridgeAddress),
        Facts = new(
            network.Vni, options.NodeAddress is { IsV6: false } local ? local : null,
            DataplaneOptions.VxlanPort, Learning: false, Proxy: true),
        Mtu = network.Options.TryGetValue(MtuOption, out var text) && int.TryParse(text, out var mtu) && mtu > 0
            ? mtu : underlayMtu - Underlay.VxlanOverhead,
    };
}
