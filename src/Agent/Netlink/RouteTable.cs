using System.Buffers.Binary;
using Orch.Core.Networking;

namespace Orch.Agent.Netlink;

/// <summary>Asks the kernel for links, neighbours and addresses.</summary>
internal sealed class RouteTable(NetlinkSocket socket)
{
    private readonly NetlinkWriter _request = new();

    public List<Link> Links()
    {
        var links = new List<Link>();
        Begin(Route.GetLink, new byte[16]);
        socket.Dump(_request, (type, body) =>
        {
            if (type == Route.NewLink)
                links.Add(Link.Read(body));
        }, links.Clear);
        return links;
    }

    /// <summary>Neighbours and forwarding entries that stay until somebody removes them.</summary>
    public List<Neighbour> Neighbours()
    {
        var found = new List<Neighbour>();
        Span<byte> header = stackalloc byte[12];
        header.Clear();
        foreach (var family in (byte[])[Route.Inet, Route.BridgeFamily])
        {
            var before = found.Count;
            header[0] = family;
            Begin(Route.GetNeighbour, header);
            socket.Dump(_request, (type, body) =>
            {
                if (type == Route.NewNeighbour && Neighbour.Read(body) is { Lasting: true } neighbour)
                    found.Add(neighbour);
            }, () => found.RemoveRange(before, found.Count - before));
        }
        return found;
    }

    /// <summary>Index of the link that has this address; null when none has.</summary>
    public int? Holder(IpAddr address)
    {
        int? holder = null;
        Span<byte> header = stackalloc byte[8];
        header.Clear();
        header[0] = Route.Inet;
        Begin(Route.GetAddress, header);
        socket.Dump(_request, (type, body) =>
        {
            var attributes = NetlinkAttributes.After(body, 8);
            while (type == Route.NewAddress && attributes.Next())
            {
                if (attributes is { Type: Route.LocalAddress, Value.Length: 4 }
                    && BinaryPrimitives.ReadUInt32BigEndian(attributes.Value) == (uint)address.Value)
                    holder = BinaryPrimitives.ReadInt32LittleEndian(body[4..]);
            }
        });
        return holder;
    }

    private void Begin(int type, ReadOnlySpan<byte> header)
    {
        _request.Clear();
        _request.Begin(type, NetlinkFlags.Request | NetlinkFlags.Dump, header);
    }
}
