using System.Diagnostics;

namespace Orch.Testing;

/// <summary>One to ten machines on this host, joined by one switch. Everything a lab consists of is processes, groups
/// called after it and one directory; the host's own engine, network, mounts and firewall are never touched.
/// Disposing removes it all and throws if anything is left. If this process dies, a keeper process removes it.
/// </summary>
public sealed class Lab : IAsyncDisposable
{
    private readonly LabDirectory _directory;
    private readonly LabOptions _options;
    private readonly LabKeeper _keeper;
    private readonly LabSwitch _switch;
    private readonly List<LabMachine> _machines = [];
    private bool _disposed;

    private Lab(LabDirectory directory, LabOptions options, LabKeeper keeper)
    {
        (_directory, _options, _keeper) = (directory, options, keeper);
        _switch = new LabSwitch(directory);
    }

    /// <summary>Unique on this host.</summary>
    public string Name => _directory.Name;

    public string Directory => _directory.Path;

    public IReadOnlyList<LabMachine> Machines => _machines;

    public LabMachine this[string name] => _machines.Find(m => m.Name == name)
        ?? throw new LabException($"There is no machine {name}; there is {string.Join(", ", _machines)}.");

    /// <summary>How long it took until the last machine was ready.</summary>
    public TimeSpan UpTime { get; private set; }

    /// <summary>Starts a lab and returns when every machine, and its engine if wanted, answers.</summary>
    public static async Task<Lab> UpAsync(LabOptions? options = null, CancellationToken cancel = default)
    {
        if (LabRequirements.Missing is { } missing) throw new LabException(missing);
        options ??= new LabOptions();
        var clock = Stopwatch.StartNew();
        var directory = LabDirectory.Create(options.Label);
        await SweepAsync(directory.Script, cancel);
        var images = options is { Engine: true, Images: true } ? TestImages.ArchiveAsync() : Task.CompletedTask;
        var keeper = await LabKeeper.StartAsync(directory, options, cancel);
        var lab = new Lab(directory, options, keeper);
        try
        {
            for (var index = 1; index <= options.Machines; index++) lab.Add(index);
            await Task.WhenAll(lab._machines.Select(m => m.BootAsync(cancel)).Append(images));
            lab.UpTime = clock.Elapsed;
            return lab;
        }
        catch
        {
            await lab.DisposeAsync();
            throw;
        }
    }

    /// <summary>Directories of the labs on this host, oldest first.</summary>
    public static IReadOnlyList<string> Running() => [.. LabDirectory.Living().Select(lab => lab.Path)];

    /// <summary>Removes what dead labs left whose keeper was killed too. Every new lab begins with this.</summary>
    public static async Task SweepAsync(CancellationToken cancel = default)
    {
        var script = Path.GetTempFileName();
        LabDirectory.WriteScript("machine.sh", script);
        try
        {
            await SweepAsync(script, cancel);
        }
        finally
        {
            File.Delete(script);
        }
    }

    /// <summary>Adds one more machine and boots it.</summary>
    public async Task<LabMachine> AddMachineAsync(CancellationToken cancel = default)
    {
        if (_machines.Count == LabOptions.MaxMachines) throw new LabException("The lab is full.");
        var machine = Add(_machines.Count + 1);
        await machine.BootAsync(cancel);
        return machine;
    }

    /// <summary>Undoes every partition and plugs every cable.</summary>
    public async Task HealAsync()
    {
        foreach (var machine in _machines) await machine.HealAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        await _keeper.StopAsync();
        foreach (var machine in _machines) machine.Engine.Dispose();
        _switch.Dispose();
        _keeper.Dispose();
        await LeakCheck.AssertNothingLeftAsync(Name);
    }

    private static async Task SweepAsync(string script, CancellationToken cancel) =>
        await Shell.RunAsync(["sh", script, "sweep", LabDirectory.Base], LabEnvironment.Variables, cancel: cancel);

    private LabMachine Add(int index)
    {
        var machine = new LabMachine(_directory, _options, _keeper, _switch, index);
        _machines.Add(machine);
        return machine;
    }
}
