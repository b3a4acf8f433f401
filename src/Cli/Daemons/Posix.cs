using System.Runtime.InteropServices;

namespace Orch.Cli.Daemons;

/// <summary>The few calls of the system that the framework has no word for.</summary>
internal static class Posix
{
    public const int SignalKill = 9;
    public const int SignalTerminate = 15;
    private const int ReadWrite = 2;

    public static bool IsRoot => geteuid() == 0;

    /// <summary>A session of its own: no terminal, and not the terminal's signals.</summary>
    public static void LeaveTerminal() => _ = setsid();

    /// <summary>Input and outputs become the null device, so that whoever started this process is not kept waiting.</summary>
    public static void CloseStandardStreams()
    {
        var descriptor = open("/dev/null\0"u8.ToArray(), ReadWrite);
        for (var standard = 0; standard <= 2; standard++)
            _ = dup2(descriptor, standard);
    }

    public static bool Signal(int process, int signal) => kill(process, signal) == 0;

    [DllImport("libc")]
    private static extern uint geteuid();

    [DllImport("libc")]
    private static extern int setsid();

    [DllImport("libc")]
    private static extern int kill(int process, int signal);

    [DllImport("libc")]
    private static extern int open(byte[] path, int flags);

    [DllImport("libc")]
    private static extern int dup2(int from, int to);
}
