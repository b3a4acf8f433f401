using System.Net;
using System.Net.Sockets;

namespace Orch.Manager.Security;

/// <summary>What counts as one source of traffic.</summary>
internal static class ClientAddress
{
    /// <summary>An IPv4 address, or the /64 of an IPv6 one: whoever has one address there has all of them.</summary>
    public static IPAddress Source(IPAddress address)
    {
        address = Plain(address);
        if (address.AddressFamily != AddressFamily.InterNetworkV6) return address;
        var bytes = address.GetAddressBytes();
        bytes.AsSpan(8).Clear();
        return new IPAddress(bytes);
    }

    /// <summary>Dual-stack listeners show IPv4 clients as mapped addresses; nobody else writes them that way.</summary>
    public static IPAddress Plain(IPAddress address) =>
        address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
