using Orch.Agent.Netlink;

namespace Orch.Agent.Dataplanes;

/// <summary>What is wanted against what is found: the operations between them. Reads nothing but its arguments.</summary>
internal static class DataplanePlanner
{
    /// <summary>None when all is right, and none while the engine has not made the bridge.</summary>
    public static List<LinkOperation> Plan(WantedNetwork wanted, FoundNetwork found)
    {
        var plan = new List<LinkOperation>();
        if (found.Bridge is not { } bridge)
            return plan;
        if (bridge.Mac != wanted.BridgeMac)
            plan.Add(new LinkOperation.SetMac(wanted.Bridge, wanted.BridgeMac));
        if (!found.RoutesLocal)
            plan.Add(new LinkOperation.RouteLocal(wanted.Bridge));
        var same = found.Vxlan is { } vxlan && IsSame(vxlan, wanted);
        if (!same)
            Make(plan, wanted, found.Vxlan is not null);
        else
            Attach(plan, wanted, found.Vxlan!, bridge);
        foreach (var port in found.Ports)
        {
            if (!port.Hairpin)
                plan.Add(new LinkOperation.Hairpin(port.Name));
        }
        Entries(plan, wanted, same ? found : new FoundNetwork());
        return plan;
    }

    /// <summary>Devices of ours that no wanted network has.</summary>
    public static IEnumerable<LinkOperation> Leftovers(IEnumerable<Link> links, IReadOnlySet<string> wanted)
    {
        foreach (var link in links)
        {
            if (link.Kind == "vxlan" && link.Alias.StartsWith(WantedNetwork.AliasPrefix, StringComparison.Ordinal) && !wanted.Contains(link.Name))
                yield return new LinkOperation.Delete(link.Name);
        }
    }

    private static bool IsSame(Link vxlan, WantedNetwork wanted) => vxlan.Kind == "vxlan" && vxlan.Vxlan == wanted.Facts;

    private static void Make(List<LinkOperation> plan, WantedNetwork wanted, bool another)
    {
        if (another)
            plan.Add(new LinkOperation.Delete(wanted.Vxlan));
        plan.Add(new LinkOperation.Create(wanted.Vxlan, wanted.Facts, wanted.Mtu));
        plan.Add(new LinkOperation.Attach(wanted.Vxlan, wanted.Alias, wanted.Bridge, wanted.Mtu));
        plan.Add(new LinkOperation.StopLearning(wanted.Vxlan));
    }

    private static void Attach(List<LinkOperation> plan, WantedNetwork wanted, Link vxlan, Link bridge)
    {
        var moved = vxlan.Master != bridge.Index;
        if (moved || vxlan.Alias != wanted.Alias || vxlan.Mtu != wanted.Mtu || !vxlan.Up)
            plan.Add(new LinkOperation.Attach(wanted.Vxlan, wanted.Alias, wanted.Bridge, wanted.Mtu));
        if (moved || vxlan.Learning)
            plan.Add(new LinkOperation.StopLearning(wanted.Vxlan));
    }

    private static void Entries(List<LinkOperation> plan, WantedNetwork wanted, FoundNetwork found)
    {
        foreach (var mac in found.Forwarding.Keys.Concat(found.Halves))
        {
            if (!wanted.Forwarding.ContainsKey(mac))
                plan.Add(new LinkOperation.DropForwarding(wanted.Vxlan, mac));
        }
        foreach (var address in found.Neighbours.Keys)
        {
            if (!wanted.Neighbours.ContainsKey(address))
                plan.Add(new LinkOperation.DropNeighbour(wanted.Vxlan, address));
        }
        foreach (var (mac, node) in wanted.Forwarding)
        {
            if (!found.Forwarding.TryGetValue(mac, out var now) || now != node)
                plan.Add(new LinkOperation.PutForwarding(wanted.Vxlan, mac, node));
        }
        foreach (var (address, mac) in wanted.Neighbours)
        {
            if (!found.Neighbours.TryGetValue(address, out var now) || now != mac)
                plan.Add(new LinkOperation.PutNeighbour(wanted.Vxlan, address, mac));
        }
    }
}
