using Orch.Agent.Netlink;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>What the kernel has of one network. A bridge that is not there yet is the engine's to make.</summary>
internal sealed record FoundNetwork
{
    public Link? Bridge { get; init; }
    public Link? Vxlan { get; init; }

    /// <summary>Interfaces of containers at the bridge.</summary>
    public IReadOnlyList<Link> Ports { get; init; } = [];
    public IReadOnlyDictionary<IpAddr, MacAddress> Neighbours { get; init; } = new Dictionary<IpAddr, MacAddress>();

    /// <summary>Entries that both tables have; one that only one table has counts as none.</summary>
    public IReadOnlyDictionary<MacAddress, IpAddr> Forwarding { get; init; } = new Dictionary<MacAddress, IpAddr>();

    /// <summary>Entries that only one of the two tables has.</summary>
    public IReadOnlySet<MacAddress> Halves { get; init; } = new HashSet<MacAddress>();
    public bool RoutesLocal { get; init; }

    public static FoundNetwork Of(
        WantedNetwork wanted, IReadOnlyList<Link> links, IReadOnlyList<Neighbour> neighbours, Func<string, bool> routesLocal)
    {
        var bridge = links.FirstOrDefault(link => link.Name == wanted.Bridge);
        var vxlan = links.FirstOrDefault(link => link.Name == wanted.Vxlan);
        if (bridge is null)
            return new() { Vxlan = vxlan };
        var (addresses, own, inBridge) = (new Dictionary<IpAddr, MacAddress>(), new Dictionary<MacAddress, IpAddr>(), new HashSet<MacAddress>());
        foreach (var entry in neighbours.Where(entry => entry.Link == vxlan?.Index))
        {
            if (entry is { Forwarding: false, Address: { } address })
                addresses[address] = entry.Mac;
            else if (entry is { Forwarding: true, InBridge: false, Address: { } node })
                own[entry.Mac] = node;
            else if (entry is { Forwarding: true, InBridge: true })
                inBridge.Add(entry.Mac);
        }
        return new()
        {
            Bridge = bridge,
            Vxlan = vxlan,
            Ports = [.. links.Where(link => link.Master == bridge.Index && link.Index != vxlan?.Index)],
            Neighbours = addresses,
            Forwarding = own.Where(entry => inBridge.Contains(entry.Key)).ToDictionary(),
            Halves = own.Keys.Where(mac => !inBridge.Contains(mac)).Concat(inBridge.Where(mac => !own.ContainsKey(mac))).ToHashSet(),
            RoutesLocal = routesLocal(wanted.Bridge),
        };
    }
}
