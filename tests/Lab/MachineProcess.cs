namespace Orch.Testing;

/// <summary>A long-running program inside a machine, a child of the machine's PID 1.</summary>
public sealed class MachineProcess
{
    internal MachineProcess(HostProcess process, int pid, string logFile)
    {
        HostProcess = process;
        Pid = pid;
        LogFile = logFile;
    }

    /// <summary>The process as the host sees it.</summary>
    public HostProcess HostProcess { get; }

    /// <summary>The pid inside the machine.</summary>
    public int Pid { get; }

    /// <summary>Everything it wrote, standard output and error; the same path inside and outside.</summary>
    public string LogFile { get; }

    public bool IsRunning => HostProcess.IsAlive;

    /// <summary>Sends a signal; false when it had ended already.</summary>
    public bool Signal(LinuxSignal signal) => HostProcess.Signal(signal);

    /// <summary>kill -9, returning when nothing of it is left.</summary>
    public Task KillAsync() => StopAsync(LinuxSignal.Kill);

    /// <summary>Sends a signal and waits until the program has ended.</summary>
    public async Task StopAsync(LinuxSignal signal = LinuxSignal.Terminate, TimeSpan? timeout = null)
    {
        Signal(signal);
        await ExitedAsync(timeout);
    }

    public Task ExitedAsync(TimeSpan? timeout = null)
    {
        var process = HostProcess;
        return Until.TrueAsync($"process {Pid} has ended, see {LogFile}", () => process.IsGone, timeout);
    }

    public Task<string> ReadLogAsync(CancellationToken cancel = default) => File.ReadAllTextAsync(LogFile, cancel);
}
