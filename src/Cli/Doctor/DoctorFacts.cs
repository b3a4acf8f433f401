using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Orch.Cli.Daemons;
using Orch.Cli.Parsing;
using Orch.Contracts.Machine;

namespace Orch.Cli.Doctor;

/// <summary>Looks at this machine, so that the doctors need not.</summary>
internal static class DoctorFacts
{
    /// <summary>What an agent takes to be the only one in its network namespace.</summary>
    private const string AgentSocket = "\0orch-agent";
    private const int TimexBytes = 512;
    private const int NotKept = 5; // TIME_ERROR

    public static LocalMachine Local() => new()
    {
        Read = path => path == "/proc/config" ? KernelDoctor.ReadConfig("/proc/config.gz") : LocalMachine.ReadFile(path),
        Has = Path.Exists,
        Run = LocalMachine.RunProgram,
        IsRoot = Posix.IsRoot,
        HasAgent = HasAgent(),
        Interfaces = [.. NetworkInterface.GetAllNetworkInterfaces().Select(one => one.Name)],
    };

    public static EngineFacts Engine(string address)
    {
        try
        {
            using var probe = EngineProbe.Open(address);
            return probe.Facts();
        }
        catch (CommandException e)
        {
            return new(address) { Problem = e.Message.Split('\n')[0].TrimEnd('.') };
        }
    }

    public static ClockFacts Clock(TimeProvider clock, MachinePaths paths)
    {
        var built = new DateTimeOffset(File.GetLastWriteTimeUtc(typeof(DoctorFacts).Assembly.Location is { Length: > 0 } file
            ? file : Environment.ProcessPath!)).AddDays(-1);
        var facts = new ClockFacts(clock.GetUtcNow(), built, IsKept());
        try
        {
            using var certificate = X509Certificate2.CreateFromPem(File.ReadAllText(paths.NodeCertificate));
            return facts with { NotBefore = certificate.NotBefore.ToUniversalTime(), NotAfter = certificate.NotAfter.ToUniversalTime() };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            // In no cluster, or not ours to see.
            return facts;
        }
    }

    public static IEnumerable<DiskFacts> Disks(string dataRoot, string engineRoot)
    {
        yield return Disk("orch's data", dataRoot);
        if (engineRoot.Length > 0)
            yield return Disk("the engine's data", engineRoot);
    }

    /// <summary>Of the nearest folder above that exists.</summary>
    private static DiskFacts Disk(string what, string folder)
    {
        var there = Path.GetFullPath(folder);
        while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } above)
            there = above;
        var drive = new DriveInfo(there);
        return new(what, folder, drive.AvailableFreeSpace, drive.TotalSize);
    }

    private static bool HasAgent()
    {
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Connect(new UnixDomainSocketEndPoint(AgentSocket));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The kernel knows whether somebody disciplines its clock. Reading changes nothing: no mode is asked for.</summary>
    private static bool IsKept() => adjtimex(new byte[TimexBytes]) is >= 0 and not NotKept;

    [DllImport("libc")]
    private static extern int adjtimex(byte[] timex);
}
