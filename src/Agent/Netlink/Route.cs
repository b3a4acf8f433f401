namespace Orch.Agent.Netlink;

/// <summary>Numbers of rtnetlink that we use (linux/rtnetlink.h, if_link.h, neighbour.h).</summary>
internal static class Route
{
    public const ushort NewLink = 16;
    public const ushort DeleteLink = 17;
    public const ushort GetLink = 18;
    public const ushort SetLink = 19;
    public const ushort NewAddress = 20;
    public const ushort GetAddress = 22;
    public const ushort NewNeighbour = 28;
    public const ushort DeleteNeighbour = 29;
    public const ushort GetNeighbour = 30;

    public const int LinkGroup = 1;
    public const int NeighbourGroup = 3;

    public const byte Inet = 2;
    public const byte BridgeFamily = 7;

    public const ushort LinkAddress = 1;
    public const ushort LinkName = 3;
    public const ushort LinkMtu = 4;
    public const ushort LinkMaster = 10;
    public const ushort LinkPort = 12;
    public const ushort LinkInfo = 18;
    public const ushort LinkAlias = 20;

    public const ushort InfoKind = 1;
    public const ushort InfoData = 2;
    public const ushort InfoPortData = 5;

    public const ushort VxlanId = 1;
    public const ushort VxlanLocal = 4;
    public const ushort VxlanLearning = 7;
    public const ushort VxlanProxy = 11;
    public const ushort VxlanPort = 15;

    public const ushort PortHairpin = 4;
    public const ushort PortLearning = 8;

    public const ushort NeighbourAddress = 1;
    public const ushort NeighbourMac = 2;

    public const ushort Reachable = 0x02;
    public const ushort NoArp = 0x40;
    public const ushort Permanent = 0x80;
    public const byte Self = 2;
    public const byte InMaster = 4;

    public const ushort LocalAddress = 2;
}
