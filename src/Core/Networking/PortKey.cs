using Orch.Core.Model.Specs;

namespace Orch.Core.Networking;

/// <summary>A published port: what two holders on one machine collide over.</summary>
public readonly record struct PortKey(PortProtocol Protocol, ushort Port)
{
    /// <summary>Of a port with a fixed number; the protocol is tcp unless it says otherwise.</summary>
    public static PortKey Of(PortConfig port) => new(ProtocolOf(port.Protocol), (ushort)(port.PublishedPort ?? 0));

    public static PortProtocol ProtocolOf(string? name) => name?.ToUpperInvariant() switch
    {
        "UDP" => PortProtocol.Udp,
        "SCTP" => PortProtocol.Sctp,
        _ => PortProtocol.Tcp,
    };

    /// <summary>tcp, udp or sctp.</summary>
    public string ProtocolName => Protocol switch
    {
        PortProtocol.Udp => "udp",
        PortProtocol.Sctp => "sctp",
        _ => "tcp",
    };

    public override int GetHashCode() => (int)Protocol << 16 | Port;

    public override string ToString() => $"{Port}/{ProtocolName}";
}

public enum PortProtocol : byte
{
    Tcp = 0,
    Udp = 1,
    Sctp = 2,
}
