using System.Globalization;

namespace Orch.Cli.Daemons;

/// <summary>
/// The parent of this machine's daemons where no init system is: one per run directory (a lock beside its pid file says so),
/// without a terminal, ended by SIGTERM, which it passes on, and by the end of the last child that is not to be started again.
/// </summary>
internal sealed class Supervisor(string pidFile, IReadOnlyList<ChildSpec> children, TimeProvider clock, Action<string> log)
{
    private static readonly TimeSpan TrimEvery = TimeSpan.FromSeconds(30);

    /// <summary>False when another one already runs. Ready is called when this one is in charge.</summary>
    public async Task<bool> RunAsync(Action ready, CancellationToken stop)
    {
        FileStream held;
        try
        {
            // The exclusive share is a lock that the system takes back whatever way this process ends. It is not on the
            // pid file itself, which others must be able to read.
            held = new FileStream(LockOf(pidFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return false;
        }
        await using (held)
        {
            await File.WriteAllTextAsync(
                pidFile, Environment.ProcessId.ToString(CultureInfo.InvariantCulture), CancellationToken.None);
            foreach (var child in children)
                Leftovers.End(child.PidFile, child.Program);
            ready();
            using var ended = CancellationTokenSource.CreateLinkedTokenSource(stop);
            var trimming = TrimLogsAsync(ended.Token);
            await KeepAsync(stop);
            await ended.CancelAsync();
            await trimming;
            File.Delete(pidFile);
        }
        return true;
    }

    public static string LockOf(string pidFile) => pidFile + ".lock";

    private async Task KeepAsync(CancellationToken stop)
    {
        using var stopLast = new CancellationTokenSource();
        Task Keep(ChildSpec child, CancellationToken until) => new ChildKeeper(child, clock, log).RunAsync(until);
        var last = children.Where(child => child.StopsLast).Select(child => Keep(child, stopLast.Token)).ToList();
        await Task.WhenAll(children.Where(child => !child.StopsLast).Select(child => Keep(child, stop)));
        await stopLast.CancelAsync();
        await Task.WhenAll(last);
    }

    private async Task TrimLogsAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(TrimEvery, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                foreach (var child in children)
                    LogRotation.Trim(child.LogFile);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }
}
