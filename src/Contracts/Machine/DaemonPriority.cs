using System.Globalization;
using System.Runtime.InteropServices;

namespace Orch.Contracts.Machine;

/// <summary>
/// Manager and agent come before the workloads that they look after: a machine whose tasks burn all of its processors still
/// answers its managers in time, and still takes a task that leaves out of names and rules at once. They need little of either.
/// </summary>
public static class DaemonPriority
{
    /// <summary>As nice(1) counts it.</summary>
    public const int Nice = -10;

    /// <summary>
    /// As <c>oom_score_adj</c> counts it: the kernel takes almost anything else first. Containers, which are the engine's, do not inherit it.
    /// </summary>
    public const int OutOfMemory = -900;

    /// <summary>As far as this process may; without privileges everything stays as it is.</summary>
    public static void Take()
    {
        // A priority belongs to a thread, and new threads take that of the one that made them.
        foreach (var thread in Directory.EnumerateDirectories("/proc/self/task"))
            _ = SetPriority(Process, uint.Parse(Path.GetFileName(thread), CultureInfo.InvariantCulture), Nice);

        // Where the kernel groups processes by session, as it does without systemd, only that of the group counts.
        Write("/proc/self/autogroup", Nice);
        Write("/proc/self/oom_score_adj", OutOfMemory);
    }

    private static void Write(string path, int value)
    {
        try
        {
            File.WriteAllText(path, value.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Not this kernel's way, or not ours to say.
        }
    }

    private const int Process = 0;

    [DllImport("libc", EntryPoint = "setpriority")]
    private static extern int SetPriority(int which, uint who, int priority);
}
