using System.Net.NetworkInformation;

namespace Orch.Agent.Networks;

/// <summary>The machine's own network, which carries the packets of the cluster's.</summary>
internal static class Underlay
{
    /// <summary>What VXLAN adds to a packet over IPv4, in bytes.</summary>
    public const int VxlanOverhead = 50;
    private const int Usual = 1500;
    private const int Least = 576;

    /// <summary>
    /// The longest packet of a container, in bytes: what VXLAN leaves of those that the interface with this address takes.
    /// </summary>
    public static int ContainerMtu(string address) => Math.Max(Least, Mtu(address) - VxlanOverhead);

    /// <summary>The longest packet that the interface with this address takes, in bytes; the usual length where none has it.</summary>
    public static int Mtu(string address)
    {
        var own = NetworkInterface.GetAllNetworkInterfaces()
            .Where(one => one.NetworkInterfaceType != NetworkInterfaceType.Loopback)
            .Select(one => one.GetIPProperties())
            .FirstOrDefault(one => one.UnicastAddresses.Any(unicast => unicast.Address.ToString() == address));
        return own?.GetIPv4Properties()?.Mtu ?? Usual;
    }
}
