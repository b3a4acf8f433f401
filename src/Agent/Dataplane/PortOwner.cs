using System.Buffers.Binary;
using System.Globalization;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>Who has a port, for a message: asked only when we could not get it.</summary>
internal static class PortOwner
{
    private const string Listening = "0A";

    /// <summary>"nginx (pid 12)"; null when it cannot be told, as for a program of another namespace.</summary>
    public static string? Find(PortClaim claim)
    {
        var sockets = Files(claim).SelectMany(file => Sockets(File.ReadLines(file), claim)).ToHashSet();
        return sockets.Count == 0 ? null : Holder(sockets);
    }

    /// <summary>At which addresses the port is held, by whomever; null for one that is not of IPv4.</summary>
    public static List<IpAddr?> Addresses(PortClaim claim) =>
        [.. Files(claim).SelectMany(file => Holding(File.ReadLines(file), claim)).Select(fields => Address(fields[1]))];

    /// <summary>As the kernel writes it: the bytes as a number of this machine, which stands the other way round.</summary>
    internal static IpAddr? Address(string local)
    {
        var text = local.AsSpan(0, local.IndexOf(':', StringComparison.Ordinal));
        return text.Length == 8 && uint.TryParse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var value)
            ? IpAddr.V4(BinaryPrimitives.ReverseEndianness(value)) : null;
    }

    private static IEnumerable<string> Files(PortClaim claim)
    {
        var name = claim.Key.Protocol == PortProtocol.Tcp ? "tcp" : "udp";
        return ((string[])[$"/proc/net/{name}", $"/proc/net/{name}6"]).Where(File.Exists);
    }

    /// <summary>Inodes of the sockets that hold the port, from lines of /proc/net/tcp and its like.</summary>
    internal static IEnumerable<string> Sockets(IEnumerable<string> lines, PortClaim claim) =>
        Holding(lines, claim).Select(fields => $"socket:[{fields[9]}]");

    private static IEnumerable<string[]> Holding(IEnumerable<string> lines, PortClaim claim)
    {
        var port = claim.Key.Port.ToString("X4", CultureInfo.InvariantCulture);
        foreach (var line in lines.Skip(1))
        {
            var fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (fields.Length < 10 || !fields[1].EndsWith($":{port}", StringComparison.Ordinal))
                continue;
            if (claim.Key.Protocol != PortProtocol.Tcp || fields[3] == Listening)
                yield return fields;
        }
    }

    private static string? Holder(HashSet<string> sockets)
    {
        foreach (var process in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                continue;
            try
            {
                if (Directory.EnumerateFiles($"{process}/fd").Any(file => new FileInfo(file).LinkTarget is { } target && sockets.Contains(target)))
                    return $"{File.ReadAllText($"{process}/comm").Trim()} (pid {pid})";
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended while we looked.
            }
        }
        return null;
    }
}
