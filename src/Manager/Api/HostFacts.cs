using System.Globalization;
using System.Runtime.InteropServices;

namespace Orch.Manager.Api;

/// <summary>What <c>docker info</c> shows of this machine, read once from the kernel. Unknown is empty or zero.</summary>
public sealed record HostFacts
{
    public string Name { get; init; } = "";
    public string KernelVersion { get; init; } = "";
    public string OperatingSystem { get; init; } = "";
    public string OsVersion { get; init; } = "";

    /// <summary>The kernel's word (x86_64) and the word of images and Go (amd64).</summary>
    public string Machine { get; init; } = "";
    public string Architecture { get; init; } = "";
    public int Cpus { get; init; }
    public long MemoryBytes { get; init; }
    public string CgroupVersion { get; init; } = "";

    public static HostFacts Read()
    {
        var release = OsRelease();
        var (machine, architecture) = RuntimeInformation.OSArchitecture switch
        {
            System.Runtime.InteropServices.Architecture.X64 => ("x86_64", "amd64"),
            System.Runtime.InteropServices.Architecture.Arm64 => ("aarch64", "arm64"),
            var other => (other.ToString().ToLowerInvariant(), other.ToString().ToLowerInvariant()),
        };
        return new()
        {
            Name = Environment.MachineName,
            KernelVersion = Text("/proc/sys/kernel/osrelease").Trim(),
            OperatingSystem = release.GetValueOrDefault("PRETTY_NAME", "Linux"),
            OsVersion = release.GetValueOrDefault("VERSION_ID", ""),
            Machine = machine,
            Architecture = architecture,
            Cpus = Environment.ProcessorCount,
            MemoryBytes = TotalMemory(),
            CgroupVersion = File.Exists("/sys/fs/cgroup/cgroup.controllers") ? "2" : "1",
        };
    }

    private static Dictionary<string, string> OsRelease() =>
        Text("/etc/os-release").Split('\n')
            .Select(line => line.Split('=', 2))
            .Where(pair => pair.Length == 2)
            .DistinctBy(pair => pair[0])
            .ToDictionary(pair => pair[0], pair => pair[1].Trim('"'));

    private static long TotalMemory()
    {
        var line = Text("/proc/meminfo").Split('\n').FirstOrDefault(l => l.StartsWith("MemTotal:", StringComparison.Ordinal));
        var number = line?.Split(' ', StringSplitOptions.RemoveEmptyEntries).ElementAtOrDefault(1);
        return long.TryParse(number, CultureInfo.InvariantCulture, out var kib) ? kib * 1024 : 0;
    }

    private static string Text(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}
