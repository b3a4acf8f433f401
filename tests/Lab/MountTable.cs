namespace Orch.Testing;

internal sealed record Mount(string Point, string Type, IReadOnlyList<string> Options);

/// <summary>What is mounted in this process' mount namespace.</summary>
internal static class MountTable
{
    public static IReadOnlyList<Mount> Read() =>
    [
        .. File.ReadLines("/proc/self/mounts")
            .Select(line => line.Split(' '))
            .Select(f => new Mount(f[1], f[2], f[3].Split(','))),
    ];

    /// <summary>The mount a path lies on.</summary>
    public static Mount Of(string path, IReadOnlyList<Mount> mounts) =>
        mounts.Where(m => Contains(m.Point, path)).MaxBy(m => m.Point.Length)!;

    public static bool Contains(string directory, string path) =>
        directory == "/" || path == directory || path.StartsWith(directory + "/", StringComparison.Ordinal);
}
