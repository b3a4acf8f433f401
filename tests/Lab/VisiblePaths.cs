using System.Runtime.InteropServices;

namespace Orch.Testing;

/// <summary>Which directories a machine must mount besides the host's root file system, so that programs built and
/// installed on the host can be run in it: needed paths that lie on other file systems, or below /var/lib, where the
/// machine has a directory of its own, or below /usr, which a machine may have from another release.</summary>
internal sealed record VisiblePaths(
    IReadOnlyList<string> Mounts, IReadOnlyList<string> BelowVarLib, IReadOnlyList<string> BelowUsr)
{
    private const string VarLib = "/var/lib/";
    private static readonly string[] _own = ["/proc", "/sys", "/dev", "/run", "/var/run"];
    private static readonly string[] _usual =
        ["/usr", "/etc", "/opt", "/home", "/root", "/srv", "/tmp", "/var", "/var/tmp", "/var/log"];

    public static string DotnetRoot { get; } =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "../../.."));

    public static VisiblePaths Of(string labDirectory, IEnumerable<string> more)
    {
        var mounts = MountTable.Read();
        string[] needed =
            [.. _usual, labDirectory, AppContext.BaseDirectory, Environment.CurrentDirectory, DotnetRoot, .. more];
        var existing = needed.Where(Path.Exists).Select(p => p.Length > 1 ? p.TrimEnd('/') : p).ToList();

        var points = existing.Select(path => MountTable.Of(path, mounts).Point)
            .Where(point => point != "/" && !point.Contains('\\') && !_own.Any(o => MountTable.Contains(o, point)))
            .Where(point => !point.StartsWith(VarLib, StringComparison.Ordinal));
        var below = existing.Where(path => path.StartsWith(VarLib, StringComparison.Ordinal))
            .Select(path => VarLib + path[VarLib.Length..].Split('/')[0]);

        var usr = existing.Where(path => path.StartsWith("/usr/", StringComparison.Ordinal)).Append("/usr/local");
        return new VisiblePaths([.. points.Distinct().OrderBy(p => p.Length)], [.. below.Distinct()], [.. usr.Distinct()]);
    }
}
