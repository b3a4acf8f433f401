namespace Orch.Testing;

/// <summary>Whether this host can run a lab at all.</summary>
public static class LabRequirements
{
    private static readonly string[] _programs =
        ["unshare", "nsenter", "setpriv", "setsid", "mount", "pivot_root", "ip", "nft", "busybox", "dockerd"];

    private static readonly Lazy<string?> _missing = new(Look);

    /// <summary>What is missing and how to get it; null when a lab can run.</summary>
    public static string? Missing => _missing.Value;

    /// <summary>Set where a skipped test would hide a broken build host: then what is missing fails the test.</summary>
    public static bool Required => Environment.GetEnvironmentVariable("ORCH_REQUIRE_LAB") == "1";

    private static string? Look()
    {
        if (!OperatingSystem.IsLinux()) return "The lab needs Linux.";
        if (!Environment.IsPrivilegedProcess) return "The lab needs root: its machines are made of namespaces.";
        var absent = _programs.Where(p => LabEnvironment.Find(p) is null).ToList();
        if (absent.Count > 0)
            return $"The lab needs {string.Join(", ", absent)}: " +
                   "apt-get install util-linux iproute2 nftables busybox-static docker.io";
        return CannotUnshare();
    }

    // Root without CAP_SYS_ADMIN, as in a plain container, has the programs but not the right.
    private static string? CannotUnshare()
    {
        string[] probe = ["unshare", "--net", "--mount", "--uts", "--ipc", "--pid", "--cgroup", "--fork", "true"];
        var result = Shell.RunAsync(probe, LabEnvironment.Variables).GetAwaiter().GetResult();
        if (result.ExitCode != 0) return $"The lab needs the right to make namespaces: {result.Error.Trim()}";
        var readOnly = MountTable.Read().Any(m => m.Type is "cgroup" or "cgroup2" && m.Options.Contains("ro"));
        return readOnly ? "The lab needs a writable /sys/fs/cgroup." : null;
    }
}
