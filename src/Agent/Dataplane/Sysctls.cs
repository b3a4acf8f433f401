using System.Globalization;

namespace Orch.Agent.Dataplanes;

/// <summary>Settings of the kernel without which packets do not get through. Found ones that are right are not written.</summary>
internal static class Sysctls
{
    public const string BridgeRules = "/proc/sys/net/bridge/bridge-nf-call-iptables";
    private const string Forwarding = "/proc/sys/net/ipv4/ip_forward";
    private const string NeighbourLimits = "/proc/sys/net/ipv4/neigh/default/gc_thresh";

    /// <summary>Below these the kernel throws neighbours away or refuses them; each task elsewhere is one.</summary>
    private static readonly int[] Thresholds = [8192, 16384, 32768];

    /// <summary>What cannot be set, in words; null when all is right.</summary>
    public static string? Apply()
    {
        var problem = Set(BridgeRules, "1") ?? Set(Forwarding, "1");
        for (var index = 0; index < Thresholds.Length; index++)
            problem ??= Raise(NeighbourLimits + (index + 1).ToString(CultureInfo.InvariantCulture), Thresholds[index]);
        return problem;
    }

    public static bool RoutesLocal(string device) => Read(RouteLocal(device)) == "1";

    /// <summary>False when the device is gone.</summary>
    public static bool SetRouteLocal(string device, bool on) => !File.Exists(RouteLocal(device)) || Set(RouteLocal(device), on ? "1" : "0") is null;

    private static string RouteLocal(string device) => $"/proc/sys/net/ipv4/conf/{device}/route_localnet";

    private static string? Set(string file, string value)
    {
        if (Read(file) == value)
            return null;
        try
        {
            File.WriteAllText(file, value);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{file} cannot be set to {value}: {e.Message}";
        }
    }

    /// <summary>Only the first network namespace has these limits; the others share them.</summary>
    private static string? Raise(string file, int least) =>
        int.TryParse(Read(file), NumberStyles.None, CultureInfo.InvariantCulture, out var now) && now < least
            ? Set(file, least.ToString(CultureInfo.InvariantCulture)) : null;

    private static string? Read(string file)
    {
        try
        {
            return File.ReadAllText(file).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
