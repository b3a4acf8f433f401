using System.Globalization;

namespace Orch.Cli.Daemons;

/// <summary>Processes known by a pid file: whether they live, and their end.</summary>
internal static class Leftovers
{
    private const int Patience = 300;
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(50);

    /// <summary>The process of the file if it lives and runs that program; a number alone may be anybody's by now.</summary>
    public static int? Find(string? pidFile, string program)
    {
        try
        {
            if (pidFile is null || !int.TryParse(File.ReadAllText(pidFile), NumberStyles.None, CultureInfo.InvariantCulture, out var pid))
                return null;
            var words = File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
            return words.Take(3).Any(word => Path.GetFileNameWithoutExtension(word) == Path.GetFileName(program)) ? pid : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Asks the process to end, kills it if it does not within 15 s; true when there was one.</summary>
    public static bool End(string? pidFile, string program)
    {
        if (Find(pidFile, program) is not { } pid)
            return false;
        Posix.Signal(pid, Posix.SignalTerminate);
        using var never = new ManualResetEventSlim();
        for (var i = 0; i < Patience && Find(pidFile, program) == pid; i++)
            never.Wait(Look);
        if (Find(pidFile, program) == pid)
            Posix.Signal(pid, Posix.SignalKill);
        return true;
    }
}
