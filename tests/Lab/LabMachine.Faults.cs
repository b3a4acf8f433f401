namespace Orch.Testing;

/// <summary>What can happen to a machine.</summary>
public sealed partial class LabMachine
{
    /// <summary>Power loss: every process dies at once, the link goes, the disk stays. (The page cache stays too, so
    /// this does not test what reaches the disk.)</summary>
    public async Task PowerOffAsync()
    {
        (await Shell.RunAsync(["sh", _lab.Script, "off", Name], LabEnvironment.Variables)).EnsureSuccess();
        _init = null;
        IsFrozen = false;
    }

    /// <summary>Boots with the disk as it is and an empty /run, and starts the engine if the lab has engines.</summary>
    public async Task BootAsync(CancellationToken cancel = default)
    {
        if (_init is not null) throw new LabException($"{Name} is on already.");
        System.IO.Directory.Delete(RunDirectory, recursive: true);
        System.IO.Directory.CreateDirectory(RunDirectory);
        _init = await _keeper.BootAsync(Name, _index, _switch.IsPlugged(Name), cancel);
        if (_options.Engine) await StartEngineAsync(cancel);
    }

    /// <summary>The disk is replaced by an empty one; the machine must be off.</summary>
    public void LoseDisk()
    {
        if (_init is not null) throw new LabException($"{Name} is on; power it off first.");
        System.IO.Directory.Delete(Directory, recursive: true);
        CreateDisk();
    }

    /// <summary>Stops every process, as a hung virtual machine does; connections stay open.</summary>
    public Task FreezeAsync(CancellationToken cancel = default) => SetFrozenAsync(true, cancel);

    public Task ThawAsync(CancellationToken cancel = default) => SetFrozenAsync(false, cancel);

    /// <summary>Silent partition from everybody: the link stays up, nothing passes. Outlives a power cycle.</summary>
    public Task CutAsync() => _switch.CutAsync(Name);

    /// <summary>Silent partition from one machine.</summary>
    public Task CutFromAsync(LabMachine other) => _switch.BlockBothAsync(Name, other.Name);

    /// <summary>What this machine sends no longer reaches the other; the way back stays open.</summary>
    public Task CutOneWayAsync(LabMachine to) => _switch.BlockAsync(Name, to.Name);

    /// <summary>Pulls the cable: the machine sees its link go down.</summary>
    public Task UnplugAsync() => _switch.UnplugAsync(Name, IsOn);

    /// <summary>Undoes every cut that this machine is part of and plugs it in.</summary>
    public Task HealAsync() => _switch.HealAsync(Name, IsOn);

    /// <summary>SIGTERM to the engine, which stops its containers unless it runs with live-restore.</summary>
    public async Task StopEngineAsync()
    {
        var engine = Processes().Where(p => p.Name is EngineName or "containerd").Select(p => p.HostProcess).ToList();
        Signal(LinuxSignal.Terminate, EngineName);
        await Until.TrueAsync($"the engine of {Name} has stopped", () => engine.All(e => e.IsGone));
    }

    /// <summary>kill -9 of dockerd and containerd. Containers and their shims run on.</summary>
    public Task KillEngineAsync() => KillAsync(EngineName, "containerd");

    /// <summary>Starts the engine and returns when it answers and has the test images.</summary>
    public async Task StartEngineAsync(CancellationToken cancel = default)
    {
        // Pids recur soon inside a machine: a crashed engine's pid file could name any process.
        string[] stale = ["docker.pid", "docker.sock", "docker/containerd/containerd.pid"];
        foreach (var file in stale.Select(name => $"{RunDirectory}/{name}").Where(File.Exists)) File.Delete(file);
        var engine = await StartAsync(
            new ExecOptions { Cancel = cancel, Environment = _engineEnvironment },
            [EngineName, "--host", "unix:///run/docker.sock", .. _options.EngineArgs]);
        await Until.TrueAsync($"the engine of {Name} answers, see {engine.LogFile}", async () =>
        {
            if (!engine.IsRunning) throw LabException.WithLog($"The engine of {Name} ended:", engine.LogFile);
            return File.Exists(EngineSocketPath) && await Engine.PingAsync(cancel);
        }, cancel: cancel);
        if (_options.Images) await LoadImagesAsync(cancel);
    }

    private const string EngineName = "dockerd";

    // Without it Swarm, which is measured against, asks a registry for the digest of every image first.
    private static readonly Dictionary<string, string> _engineEnvironment =
        new() { ["DOCKER_SERVICE_PREFER_OFFLINE_IMAGE"] = "1" };

    private async Task SetFrozenAsync(bool frozen, CancellationToken cancel)
    {
        await _cgroups.SetFrozenAsync(frozen, cancel);
        IsFrozen = frozen;
    }

    private async Task LoadImagesAsync(CancellationToken cancel)
    {
        var marker = $"{EngineDirectory}/.test-images";   // lost with the engine's data
        if (File.Exists(marker)) return;
        await Engine.LoadImagesAsync(await TestImages.ArchiveAsync(), cancel);
        await File.WriteAllTextAsync(marker, "", cancel);
    }
}
