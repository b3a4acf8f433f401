using System.Globalization;

namespace Orch.Agent.Networks;

/// <summary>What the kernel says of links, read from files: no privilege, no dump.</summary>
internal static class LinkFacts
{
    private const string Folder = "/sys/class/net";

    public static bool Exists(string device) => Directory.Exists($"{Folder}/{device}");

    /// <summary>The longest packet, in bytes, that both its bridge and its VXLAN device take; 0 where one is missing.</summary>
    public static int Mtu(NodeNetwork network) => Math.Min(Mtu(network.BridgeName), Mtu(network.VxlanName));

    private static int Mtu(string device)
    {
        try
        {
            return int.Parse(File.ReadAllText($"{Folder}/{device}/mtu"), NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is IOException or FormatException)
        {
            return 0;
        }
    }
}
