using System.Globalization;

namespace Orch.Cli.Daemons;

/// <summary>
/// The parent of this machine's daemons where no init system is: one per run directory (a locked pid file says so),
/// without a terminal, ended by SIGTERM, which it passes on.
/// </summary>
internal sealed class Supervisor(string pidFile, IReadOnlyList<ChildSpec> children, TimeProvider clock, Action<string> log)
{
    private static readonly TimeSpan TrimEvery = TimeSpan.FromSeconds(30);

    /// <summary>False when another one already runs. Ready is called when this one is in charge.</summary>
    public async Task<bool> RunAsync(Action ready, CancellationToken stop)
    {
        FileStream pid;
        try
        {
            // The exclusive share is a lock that the system takes back whatever way this process ends.
            pid = new FileStream(pidFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException)
        {
            return false;
        }
        await using (pid)
        {
            pid.SetLength(0);
            await pid.WriteAsync(System.Text.Encoding.ASCII.GetBytes(
                Environment.ProcessId.ToString(CultureInfo.InvariantCulture)), CancellationToken.None);
            await pid.FlushAsync(CancellationToken.None);
            foreach (var child in children)
                Leftovers.End(child.PidFile, child.Program);
            ready();
            await Task.WhenAll([.. children.Select(child => new ChildKeeper(child, clock, log).RunAsync(stop)), TrimLogsAsync(stop)]);
            File.Delete(pidFile);
        }
        return true;
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
