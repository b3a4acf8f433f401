using System.Buffers.Binary;
using System.Net;
using Orch.Core.Networking;

namespace Orch.Agent.Netlink;

/// <summary>The changes of links and neighbours that we make, as messages.</summary>
internal static class RouteMessages
{
    private const NetlinkFlags Change = NetlinkFlags.Request;
    private const NetlinkFlags Put = NetlinkFlags.Request | NetlinkFlags.Create | NetlinkFlags.Replace;

    /// <summary>A device that never floods: it answers for whom it knows and is silent about all others.</summary>
    public static void CreateVxlan(this NetlinkWriter to, string name, VxlanFacts facts, int mtu)
    {
        to.Begin(Route.NewLink, NetlinkFlags.Request | NetlinkFlags.Create | NetlinkFlags.Exclusive, LinkHeader(0));
        to.Put(Route.LinkName, name);
        to.Put(Route.LinkMtu, mtu);
        var info = to.Open(Route.LinkInfo);
        to.Put(Route.InfoKind, "vxlan");
        var data = to.Open(Route.InfoData);
        to.Put(Route.VxlanId, facts.Vni);
        if (facts.Local is { } local)
            to.Put(Route.VxlanLocal, Bytes(local));
        to.Put(Route.VxlanPort, (ushort)IPAddress.HostToNetworkOrder((short)facts.Port));
        to.Put(Route.VxlanLearning, (byte)(facts.Learning ? 1 : 0));
        to.Put(Route.VxlanProxy, (byte)(facts.Proxy ? 1 : 0));
        to.Close(data);
        to.Close(info);
    }

    public static void DeleteLink(this NetlinkWriter to, string name)
    {
        to.Begin(Route.DeleteLink, Change, LinkHeader(0));
        to.Put(Route.LinkName, name);
    }

    /// <summary>By name, so that it can stand behind the creation in one batch. Master must exist.</summary>
    public static void Configure(this NetlinkWriter to, string name, string alias, int master, int mtu)
    {
        to.Begin(Route.SetLink, Change, LinkHeader(0, up: true));
        to.Put(Route.LinkName, name);
        to.Put(Route.LinkAlias, alias);
        to.Put(Route.LinkMtu, mtu);
        to.Put(Route.LinkMaster, master);
    }

    public static void SetMac(this NetlinkWriter to, string name, MacAddress mac)
    {
        to.Begin(Route.SetLink, Change, LinkHeader(0));
        to.Put(Route.LinkName, name);
        to.Put(Route.LinkAddress, mac.ToBytes());
    }

    public static void SetPort(this NetlinkWriter to, int link, ushort setting, bool on)
    {
        var header = LinkHeader(link);
        header[0] = Route.BridgeFamily;
        to.Begin(Route.SetLink, Change, header);
        var port = to.Open(Route.LinkPort);
        to.Put(setting, (byte)(on ? 1 : 0));
        to.Close(port);
    }

    public static void PutNeighbour(this NetlinkWriter to, int link, IpAddr address, MacAddress mac)
    {
        to.Begin(Route.NewNeighbour, Put, NeighbourHeader(Route.Inet, link, Route.Permanent, 0));
        to.Put(Route.NeighbourAddress, Bytes(address));
        to.Put(Route.NeighbourMac, mac.ToBytes());
    }

    public static void DropNeighbour(this NetlinkWriter to, int link, IpAddr address)
    {
        to.Begin(Route.DeleteNeighbour, Change, NeighbourHeader(Route.Inet, link, 0, 0));
        to.Put(Route.NeighbourAddress, Bytes(address));
    }

    /// <summary>In the device's table and in the bridge's: without the second the bridge floods such frames to all its ports.</summary>
    public static void PutForwarding(this NetlinkWriter to, int link, MacAddress mac, IpAddr node)
    {
        var header = NeighbourHeader(Route.BridgeFamily, link, Route.Reachable | Route.NoArp, Route.Self | Route.InMaster);
        to.Begin(Route.NewNeighbour, Put, header);
        to.Put(Route.NeighbourMac, mac.ToBytes());
        to.Put(Route.NeighbourAddress, Bytes(node));
    }

    public static void DropForwarding(this NetlinkWriter to, int link, MacAddress mac)
    {
        foreach (var table in (byte[])[Route.Self, Route.InMaster])
        {
            to.Begin(Route.DeleteNeighbour, Change, NeighbourHeader(Route.BridgeFamily, link, 0, table));
            to.Put(Route.NeighbourMac, mac.ToBytes());
        }
    }

    private static byte[] Bytes(IpAddr address)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)address.Value);
        return bytes;
    }

    private static byte[] LinkHeader(int index, bool up = false)
    {
        var header = new byte[16];
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), index);
        header[8] = header[12] = (byte)(up ? 1 : 0);
        return header;
    }

    private static byte[] NeighbourHeader(byte family, int link, int state, int flags)
    {
        var header = new byte[12];
        header[0] = family;
        BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4), link);
        BinaryPrimitives.WriteUInt16LittleEndian(header.AsSpan(8), (ushort)state);
        header[10] = (byte)flags;
        return header;
    }
}
