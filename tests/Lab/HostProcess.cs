using System.Globalization;
using System.Runtime.InteropServices;

namespace Orch.Testing;

/// <summary>A process as the host sees it. Pids are reused quickly, so the start time (in clock ticks since the
/// machine booted) belongs to its identity.</summary>
public readonly partial record struct HostProcess(int Pid, long StartTime)
{
    public static HostProcess Self { get; } =
        Find(Environment.ProcessId) ?? throw new LabException("/proc is not mounted.");

    /// <summary>The process that has this pid now, if there is one.</summary>
    public static HostProcess? Find(int pid) => ReadStat(pid) is { } stat ? new HostProcess(pid, stat.StartTime) : null;

    /// <summary>Whether it still runs. A zombie, which only waits for its parent, does not.</summary>
    public bool IsAlive => ReadStat(Pid) is { } stat && stat.StartTime == StartTime && stat.State is not ('Z' or 'X');

    /// <summary>Whether nothing is left of it, not even a zombie.</summary>
    public bool IsGone => ReadStat(Pid) is not { } stat || stat.StartTime != StartTime;

    /// <summary>Sends a signal; false when the process is gone already.</summary>
    public bool Signal(LinuxSignal signal) => !IsGone && NativeKill(Pid, (int)signal) == 0;

    private static (char State, long StartTime)? ReadStat(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');   // the name before may hold anything
            return (fields[0][0], long.Parse(fields[19], CultureInfo.InvariantCulture));
        }
        catch (IOException)
        {
            return null;
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int NativeKill(int pid, int signal);
}

/// <summary>The signals tests send.</summary>
public enum LinuxSignal
{
    None = 0,
    Hangup = 1,
    Interrupt = 2,
    Kill = 9,
    User1 = 10,
    Terminate = 15,
    Continue = 18,
    Stop = 19,
}
