using System.Globalization;
using Orch.Agent.Netlink;
using Orch.Agent.Networks;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>The share of the table that belongs to no service: networks and nodes.</summary>
internal static class CommonRules
{
    /// <summary>Stands where a service's id stands; no service has it.</summary>
    public const string Owner = "";

    public static ServiceRules Render(NetworkBook book, string nodeId)
    {
        var elements = new List<RuleElement>();
        foreach (var block in Outermost(book.Networks.Values.SelectMany(network => network.Subnets).Where(block => !block.Base.IsV6)))
            elements.Add(new(RuleNames.Overlay, block.ToString()));
        foreach (var vni in book.Networks.Values.Select(network => network.Vni).Distinct().Order())
            elements.Add(new(RuleNames.Vnis, string.Create(CultureInfo.InvariantCulture, $"0x{vni:x}")));
        foreach (var address in book.Networks.Values.Select(network => network.BridgeAddress).Where(address => !address.IsV6).Distinct().Order())
            elements.Add(new(RuleNames.NameServers, address.ToString()));
        foreach (var node in Nodes(book, nodeId))
            elements.Add(new(RuleNames.Vteps, node.ToString()));
        foreach (var bridge in book.Peers.Values.SelectMany(peers => peers.Values).Select(peer => peer.BridgeAddress)
            .Where(address => !address.IsV6).Distinct().Order())
        {
            var (mac, number) = (MacAddress.Of(bridge).ToString(), string.Create(CultureInfo.InvariantCulture, $"0x{(uint)bridge.Value:x8}"));
            elements.Add(new(RuleNames.Gates, mac, number));
            elements.Add(new(RuleNames.WaysBack, number, mac));
        }
        return new([], [.. elements]);
    }

    private static SortedSet<IpAddr> Nodes(NetworkBook book, string nodeId)
    {
        var nodes = new SortedSet<IpAddr>();
        foreach (var task in book.Tasks.Values)
        {
            if (task.NodeId != nodeId && IpAddr.TryParse(task.NodeAddress, out var node) && !node.IsV6)
                nodes.Add(node);
        }
        foreach (var peer in book.Peers.Values.SelectMany(peers => peers.Values))
        {
            if (!peer.NodeAddress.IsV6)
                nodes.Add(peer.NodeAddress);
        }
        return nodes;
    }

    /// <summary>Without blocks inside others: nft takes no overlaps.</summary>
    private static List<IpPrefix> Outermost(IEnumerable<IpPrefix> blocks)
    {
        var kept = new List<IpPrefix>();
        foreach (var block in blocks.Distinct().OrderBy(block => block.Length).ThenBy(block => block.Base))
        {
            if (!kept.Exists(outer => outer.Contains(block)))
                kept.Add(block);
        }
        return kept;
    }
}
