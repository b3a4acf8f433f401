using System.Buffers.Binary;
using Orch.Core.Networking;

namespace Orch.Agent.Netlink;

/// <summary>
/// An entry of a neighbour table (Address and Mac) or of a forwarding table (Mac, and Address where the frames go).
/// InBridge: it stands in the bridge's table, not in the device's own.
/// </summary>
internal readonly record struct Neighbour(int Link, IpAddr? Address, MacAddress Mac, bool Forwarding, bool InBridge, bool Lasting)
{
    private const int Header = 12;

    public static Neighbour Read(ReadOnlySpan<byte> body)
    {
        if (body.Length < Header)
            return default;
        var state = BinaryPrimitives.ReadUInt16LittleEndian(body[8..]);
        var found = new Neighbour
        {
            Link = BinaryPrimitives.ReadInt32LittleEndian(body[4..]),
            Forwarding = body[0] == Route.BridgeFamily,
            InBridge = (body[10] & Route.Self) == 0,
        };
        // A bridge lists its ports' own addresses as permanent: these are nobody's to remove.
        found = found with
        {
            Lasting = found is { Forwarding: true, InBridge: true }
                ? (state & (Route.Permanent | Route.NoArp)) == Route.NoArp
                : (state & (Route.Permanent | Route.NoArp)) != 0,
        };
        var attributes = NetlinkAttributes.After(body, Header);
        while (attributes.Next())
        {
            if (attributes.Type == Route.NeighbourAddress && attributes.Value.Length == 4)
                found = found with { Address = IpAddr.V4(BinaryPrimitives.ReadUInt32BigEndian(attributes.Value)) };
            else if (attributes.Type == Route.NeighbourMac)
                found = found with { Mac = MacAddress.Read(attributes.Value) };
        }
        return found;
    }
}
