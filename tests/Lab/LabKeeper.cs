using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;

namespace Orch.Testing;

/// <summary>The process that owns the switch and all machines of a lab, and lives exactly as long as its standard input
/// is open. Our end closes however this process ends, kill -9 included; then the keeper removes the lab. It is also
/// the parent of the machines because a parent's death is reported per thread, and threads come and go here.</summary>
internal sealed class LabKeeper : IDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromSeconds(30);

    private readonly LabDirectory _directory;
    private readonly Process _process;
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<HostProcess>> _booting = new();
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Task _reading;

    private LabKeeper(LabDirectory directory, Process process)
    {
        _directory = directory;
        _process = process;
        _reading = ReadAsync();
    }

    public static async Task<LabKeeper> StartAsync(LabDirectory directory, LabOptions options, CancellationToken cancel)
    {
        var visible = VisiblePaths.Of(LabDirectory.Base, options.VisiblePaths);
        const string script = "exec setsid unshare --net sh \"$0\" keep 2>\"$1\"";
        var info = new ProcessStartInfo("sh", ["-c", script, directory.Script, directory.KeeperLog])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            WorkingDirectory = "/",
        };
        info.Environment.Clear();
        foreach (var (key, value) in LabEnvironment.Variables) info.Environment[key] = value;
        info.Environment["LAB_NETWORK"] = options.Network;
        info.Environment["LAB_BINDS"] = string.Join(' ', visible.Mounts);
        info.Environment["LAB_LIB_BINDS"] = string.Join(' ', visible.BelowVarLib);
        info.Environment["LAB_USR_BINDS"] = string.Join(' ', visible.BelowUsr);

        var process = Process.Start(info) ?? throw new LabException("Cannot start a shell.");
        var keeper = new LabKeeper(directory, process);
        await keeper._ready.Task.WaitAsync(_limit, cancel);
        return keeper;
    }

    /// <summary>Boots a machine; returns its PID 1.</summary>
    public async Task<HostProcess> BootAsync(string name, int index, bool plugged, CancellationToken cancel)
    {
        var booting = _booting[name] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await _writing.WaitAsync(cancel);
        try
        {
            await _process.StandardInput.WriteLineAsync($"boot {name} {index} {(plugged ? "up" : "down")}");
            await _process.StandardInput.FlushAsync(cancel);
        }
        finally
        {
            _writing.Release();
        }
        try
        {
            return await booting.Task.WaitAsync(_limit, cancel);
        }
        catch (TimeoutException)
        {
            throw LabException.WithLog($"{name} did not boot within {_limit}.", InitLog(name));
        }
    }

    /// <summary>Removes the lab: every machine loses power, nothing is kept.</summary>
    public async Task StopAsync()
    {
        _process.StandardInput.Close();
        await _reading.WaitAsync(_limit);
        await _process.WaitForExitAsync().WaitAsync(_limit);
    }

    public void Dispose()
    {
        _process.Dispose();
        _writing.Dispose();
    }

    private string InitLog(string name) => $"{_directory.Path}/{name}/init.log";

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            var words = line.Split(' ');
            if (words is ["ready"]) _ready.TrySetResult();
            else if (words is ["up", var up, var pid, var start]) Booted(up, pid, start);
            else if (words is ["failed", var failed] && _booting.TryRemove(failed, out var waiter))
                waiter.TrySetException(LabException.WithLog($"{failed} does not boot:", InitLog(failed)));
        }
        var ended = LabException.WithLog("The lab's keeper ended.", _directory.KeeperLog);
        _ready.TrySetException(ended);
        foreach (var waiting in _booting.Values) waiting.TrySetException(ended);
    }

    private void Booted(string name, string pid, string start)
    {
        if (!_booting.TryRemove(name, out var waiting)) return;
        waiting.TrySetResult(new HostProcess(
            int.Parse(pid, CultureInfo.InvariantCulture), long.Parse(start, CultureInfo.InvariantCulture)));
    }
}
