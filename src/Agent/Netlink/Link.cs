using System.Buffers.Binary;
using Orch.Core.Networking;

namespace Orch.Agent.Netlink;

/// <summary>An interface as the kernel describes it; only what somebody here asks for.</summary>
internal sealed record Link
{
    private const int Header = 16;

    public required int Index { get; init; }
    public string Name { get; init; } = "";

    /// <summary>bridge, vxlan, veth; empty for real ones.</summary>
    public string Kind { get; init; } = "";
    public string Alias { get; init; } = "";
    public MacAddress Mac { get; init; }
    public int Mtu { get; init; }
    public bool Up { get; init; }

    /// <summary>Index of the bridge it is a port of, or 0.</summary>
    public int Master { get; init; }
    public bool Hairpin { get; init; }
    public bool Learning { get; init; }
    public VxlanFacts? Vxlan { get; init; }

    public static Link Read(ReadOnlySpan<byte> body)
    {
        var link = new Link
        {
            Index = body.Length < Header ? 0 : BinaryPrimitives.ReadInt32LittleEndian(body[4..]),
            Up = body.Length >= Header && (BinaryPrimitives.ReadUInt32LittleEndian(body[8..]) & 1) != 0,
        };
        var attributes = NetlinkAttributes.After(body, Header);
        while (attributes.Next())
        {
            link = attributes.Type switch
            {
                Route.LinkAddress => link with { Mac = MacAddress.Read(attributes.Value) },
                Route.LinkName => link with { Name = attributes.Text },
                Route.LinkMtu => link with { Mtu = (int)attributes.Number },
                Route.LinkMaster => link with { Master = (int)attributes.Number },
                Route.LinkAlias => link with { Alias = attributes.Text },
                Route.LinkInfo => Info(link, attributes.Value),
                _ => link,
            };
        }
        return link;
    }

    private static Link Info(Link link, ReadOnlySpan<byte> value)
    {
        var attributes = new NetlinkAttributes(value);
        ReadOnlySpan<byte> data = default, port = default;
        var kind = "";
        while (attributes.Next())
        {
            if (attributes.Type == Route.InfoKind)
                kind = attributes.Text;
            else if (attributes.Type == Route.InfoData)
                data = attributes.Value;
            else if (attributes.Type == Route.InfoPortData)
                port = attributes.Value;
        }
        return Port(link with { Kind = kind, Vxlan = kind == "vxlan" ? VxlanFacts.Read(data) : null }, port);
    }

    private static Link Port(Link link, ReadOnlySpan<byte> value)
    {
        var attributes = new NetlinkAttributes(value);
        while (attributes.Next())
        {
            if (attributes.Type == Route.PortHairpin)
                link = link with { Hairpin = attributes.Number != 0 };
            else if (attributes.Type == Route.PortLearning)
                link = link with { Learning = attributes.Number != 0 };
        }
        return link;
    }
}

/// <summary>What cannot be changed of a VXLAN device: another value means another device.</summary>
internal sealed record VxlanFacts(uint Vni, IpAddr? Local, ushort Port, bool Learning, bool Proxy)
{
    public static VxlanFacts Read(ReadOnlySpan<byte> value)
    {
        var facts = new VxlanFacts(0, null, 0, false, false);
        var attributes = new NetlinkAttributes(value);
        while (attributes.Next())
        {
            facts = attributes.Type switch
            {
                Route.VxlanId => facts with { Vni = attributes.Number },
                Route.VxlanLocal when attributes.Value.Length == 4 =>
                    facts with { Local = IpAddr.V4(BinaryPrimitives.ReadUInt32BigEndian(attributes.Value)) },
                Route.VxlanPort => facts with { Port = attributes.NetworkPort },
                Route.VxlanLearning => facts with { Learning = attributes.Number != 0 },
                Route.VxlanProxy => facts with { Proxy = attributes.Number != 0 },
                _ => facts,
            };
        }
        return facts;
    }
}
