using System.Globalization;

namespace Orch.Cli.Doctor;

/// <summary>Who listens, from the kernel's tables of sockets and the open files of processes.</summary>
internal static class PortTable
{
    private const string Listening = "0A";

    public static IReadOnlyList<PortHolder> Read(Func<string, string?> read)
    {
        var sockets = new List<(string Protocol, bool Everywhere, int Port, string Inode)>();
        foreach (var (file, protocol) in ((string, string)[])[("tcp", "tcp"), ("tcp6", "tcp"), ("udp", "udp"), ("udp6", "udp")])
            sockets.AddRange(Parse(read($"/proc/net/{file}") ?? "", protocol));
        var programs = sockets.Count == 0 ? [] : Programs(sockets.Select(one => one.Inode).ToHashSet());
        return [.. sockets.Select(one => new PortHolder(one.Protocol, one.Everywhere, one.Port, programs.GetValueOrDefault(one.Inode, "")))];
    }

    /// <summary>TCP sockets that listen, and all of UDP.</summary>
    public static IEnumerable<(string Protocol, bool Everywhere, int Port, string Inode)> Parse(string table, string protocol)
    {
        foreach (var line in table.Split('\n').Skip(1))
        {
            var words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (words.Length < 10 || (protocol == "tcp" && words[3] != Listening))
                continue;
            var colon = words[1].IndexOf(':', StringComparison.Ordinal);
            if (int.TryParse(words[1].AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var port))
                yield return (protocol, words[1].AsSpan(0, colon).Trim('0').IsEmpty, port, words[9]);
        }
    }

    /// <summary>Names of programs by the socket they hold; of those whose files may be looked at.</summary>
    private static Dictionary<string, string> Programs(HashSet<string> inodes)
    {
        var found = new Dictionary<string, string>();
        foreach (var process in Directory.EnumerateDirectories("/proc").Where(folder => char.IsAsciiDigit(folder["/proc/".Length])))
        {
            try
            {
                foreach (var file in Directory.EnumerateFileSystemEntries($"{process}/fd"))
                {
                    if (new FileInfo(file).LinkTarget is { } target && target.StartsWith("socket:[", StringComparison.Ordinal)
                        && inodes.Contains(target[8..^1]))
                        found.TryAdd(target[8..^1], File.ReadAllText($"{process}/comm").Trim());
                }
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // It ended meanwhile, or is not ours to look at.
            }
        }
        return found;
    }
}
