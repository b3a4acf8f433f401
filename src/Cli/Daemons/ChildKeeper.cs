using System.Diagnostics;
using System.Globalization;
using Orch.Contracts.Machine;

namespace Orch.Cli.Daemons;

/// <summary>
/// Keeps one program running until told to stop: a crashed one is started again after 0.1 s, doubling to 5 s while it
/// keeps crashing, and at once again after it has run for a while. What somebody else killed has not crashed.
/// </summary>
internal sealed class ChildKeeper(ChildSpec spec, TimeProvider clock, Action<string> log)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan HealthyAfter = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan UpAfter = TimeSpan.FromSeconds(1);
    private const int Killed = 128 + 9;
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    public async Task RunAsync(CancellationToken stop)
    {
        var delay = FirstDelay;
        while (!stop.IsCancellationRequested)
        {
            var started = clock.GetTimestamp();
            int? code = null;
            if (spec.Needs is null || File.Exists(spec.Needs))
            {
                code = await RunOnceAsync(stop);
                if (Final(code) is { } reason)
                {
                    log($"{spec.Name} is not started again: {reason}");
                    return;
                }
            }
            if (clock.GetElapsedTime(started) >= (code == Killed ? UpAfter : HealthyAfter))
                delay = FirstDelay;
            if (!await PauseAsync(delay, stop))
                return;
            delay = TimeSpan.FromTicks(Math.Min(delay.Ticks * 2, LongestDelay.Ticks));
        }
    }

    private string? Final(int? code) => code switch
    {
        DaemonExit.NeedsAPerson => $"{spec.LogFile} says what must be put right; then `orch stop` and `orch start`",
        DaemonExit.LeftCluster => "this machine is in no cluster any more",
        _ => null,
    };

    /// <summary>The exit code, or null when it did not start or was stopped.</summary>
    private async Task<int?> RunOnceAsync(CancellationToken stop)
    {
        int? code = null;
        LogRotation.Trim(spec.LogFile);
        using var child = Start();
        if (child is null)
            return null;
        if (spec.PidFile is { } file)
            await File.WriteAllTextAsync(file, child.Id.ToString(CultureInfo.InvariantCulture), CancellationToken.None);
        log($"{spec.Name} started as process {child.Id}");
        try
        {
            await child.WaitForExitAsync(stop);
            code = child.ExitCode;
            log($"{spec.Name} ended with exit code {code}");
        }
        catch (OperationCanceledException)
        {
            await StopAsync(child);
        }
        if (spec.PidFile is { } written)
            File.Delete(written);
        return code;
    }

    private Process? Start()
    {
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        // The shell only opens the log and becomes the program: same process id, no shell left behind.
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null");
        foreach (var word in new[] { spec.Name, spec.LogFile, spec.Program }.Concat(spec.Arguments))
            start.ArgumentList.Add(word);
        try
        {
            return Process.Start(start);
        }
        catch (Exception e) when (e is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            log($"{spec.Name} cannot be started: {e.Message}");
            return null;
        }
    }

    /// <summary>Asked to end, and made to if it does not within its grace.</summary>
    private async Task StopAsync(Process child)
    {
        Posix.Signal(child.Id, Posix.SignalTerminate);
        using var patience = new CancellationTokenSource(Grace, clock);
        try
        {
            await child.WaitForExitAsync(patience.Token);
            log($"{spec.Name} stopped");
        }
        catch (OperationCanceledException)
        {
            log($"{spec.Name} does not stop: killed");
            Posix.Signal(child.Id, Posix.SignalKill);
            await child.WaitForExitAsync(CancellationToken.None);
        }
    }

    private async Task<bool> PauseAsync(TimeSpan delay, CancellationToken stop)
    {
        try
        {
            await Task.Delay(delay, clock, stop);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }
}
