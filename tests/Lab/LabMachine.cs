using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Orch.Testing;

/// <summary>One machine of a lab: its own network, process, mount, host name, IPC and control group namespaces, its own
/// /run, /var/lib, /etc/docker and engine. The rest of its file system is the host's, read and write.</summary>
public sealed partial class LabMachine
{
    private readonly LabDirectory _lab;
    private readonly LabOptions _options;
    private readonly LabKeeper _keeper;
    private readonly LabSwitch _switch;
    private readonly CgroupTree _cgroups;
    private readonly int _index;
    private HostProcess? _init;
    private int _started;

    internal LabMachine(LabDirectory lab, LabOptions options, LabKeeper keeper, LabSwitch @switch, int index)
    {
        (_lab, _options, _keeper, _switch, _index) = (lab, options, keeper, @switch, index);
        _cgroups = new CgroupTree($"{lab.Group}/{Name}");
        Engine = new MachineEngine(this);
        CreateDisk();
    }

    /// <summary>n1, n2, ...: also the host name, and resolvable inside every machine.</summary>
    public string Name => $"n{_index}";

    public string Address => $"{_options.Network}.{_index}";

    /// <summary>The machine's disk as the host sees it.</summary>
    public string Directory => $"{_lab.Path}/{Name}";

    /// <summary>/run of the machine as the host sees it. Unix sockets in it can be connected to from outside.</summary>
    public string RunDirectory => $"{Directory}/run";

    /// <summary>/var/lib/orch of the machine as the host sees it.</summary>
    public string DataDirectory => $"{Directory}/lib/orch";

    /// <summary>/var/lib/docker of the machine as the host sees it.</summary>
    public string EngineDirectory => $"{Directory}/lib/docker";

    /// <summary>The engine's socket as the host sees it; inside it is /run/docker.sock.</summary>
    public string EngineSocketPath => $"{RunDirectory}/docker.sock";

    /// <summary>Logs of what was started with <see cref="StartAsync"/>, and of the engine.</summary>
    public string LogDirectory => $"{Directory}/log";

    /// <summary>Talks to the machine's engine.</summary>
    public MachineEngine Engine { get; }

    /// <summary>Whether the machine has power.</summary>
    public bool IsOn => _init is { IsAlive: true };

    public bool IsFrozen { get; private set; }

    /// <summary>Whose engine it runs: the host's, or that of a Debian release.</summary>
    public string EngineRelease => _options.EngineOf(_index);

    /// <summary>"ok", or what <see cref="CutAsync"/>, <see cref="UnplugAsync"/> and the like did to the link.</summary>
    public string Link => _switch.Describe(Name);

    /// <summary>Runs a command inside and waits for its end, 30 s unless told otherwise.</summary>
    public Task<ExecResult> ExecAsync(params string[] command) => ExecAsync(new ExecOptions(), command);

    public Task<ExecResult> ExecAsync(ExecOptions options, params string[] command) => Shell.RunAsync(
        ["sh", _lab.Script, "enter", Name, .. command], LabEnvironment.With(options.Environment),
        options.Input, options.Timeout, options.Cancel);

    /// <summary>Starts a program that goes on running, as a child of the machine's PID 1. Its output goes to a log that
    /// is named after it; throws when it has ended before it could be looked at.</summary>
    public Task<MachineProcess> StartAsync(params string[] command) => StartAsync(new ExecOptions(), command);

    public async Task<MachineProcess> StartAsync(ExecOptions options, params string[] command)
    {
        var log = $"{LogDirectory}/{Path.GetFileName(command[0])}.{Interlocked.Increment(ref _started)}.log";
        var spawned = await Shell.RunAsync(
            ["sh", _lab.Script, "spawn", Name, log, .. command], LabEnvironment.With(options.Environment),
            options.Input, options.Timeout, options.Cancel);
        var pid = int.Parse(spawned.EnsureSuccess().Output, CultureInfo.InvariantCulture);
        var found = Processes().FirstOrDefault(p => p.Pid == pid)
            ?? throw LabException.WithLog($"'{string.Join(' ', command)}' ended at once on {Name}.", log);
        return new MachineProcess(found.HostProcess, pid, log);
    }

    /// <summary>A socket of this process in the machine's network: it connects, listens and sends from there.</summary>
    public Socket CreateSocket(SocketType type = SocketType.Stream, ProtocolType protocol = ProtocolType.Tcp) =>
        NetworkSocket.Create(Init, AddressFamily.InterNetwork, type, protocol);

    /// <summary>Does something in the machine's network: sockets that it makes on its own thread belong there.</summary>
    public void InNetwork(Action work) => NetworkSocket.Run(Init, work);

    /// <summary>A TCP connection made from inside the machine, to an address as it is seen there. Serves as the
    /// ConnectCallback of an HTTP handler, too.</summary>
    public async Task<NetworkStream> ConnectAsync(string address, int port, CancellationToken cancel = default)
    {
        var socket = CreateSocket();
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(address), port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Everything that runs in the machine, containers included.</summary>
    public IReadOnlyList<ProcessInfo> Processes() =>
        [.. _cgroups.Pids().Select(ProcessInfo.Read).OfType<ProcessInfo>()];

    /// <summary>Signals every process of that short name; returns how many there were.</summary>
    public int Signal(LinuxSignal signal, string processName) =>
        Processes().Count(p => p.Name == processName && p.HostProcess.Signal(signal));

    /// <summary>kill -9 for every process of that short name; returns when they are gone.</summary>
    public async Task KillAsync(params string[] processNames)
    {
        var victims = Processes().Where(p => processNames.Contains(p.Name)).Select(p => p.HostProcess).ToList();
        foreach (var victim in victims) victim.Signal(LinuxSignal.Kill);
        await Until.TrueAsync($"{string.Join(", ", processNames)} gone on {Name}", () => victims.All(v => v.IsGone));
    }

    public override string ToString() => Name;

    private HostProcess Init => _init ?? throw new LabException($"{Name} is off.");

    private void CreateDisk()
    {
        foreach (var part in (string[])["run", "lib/orch", "lib/docker", "etc/docker", "root", "log"])
            System.IO.Directory.CreateDirectory($"{Directory}/{part}");
        var peers = Enumerable.Range(1, LabOptions.MaxMachines).Select(k => $"{_options.Network}.{k} n{k}");
        File.WriteAllLines($"{Directory}/etc/hosts", ["127.0.0.1 localhost", .. peers]);
        if (EngineRelease != EngineRoot.Host) File.WriteAllText($"{Directory}/usr", $"{EngineRoot.Find(EngineRelease)}/usr\n");
        File.WriteAllText($"{Directory}/etc/hostname", $"{Name}\n");
        File.WriteAllText($"{Directory}/etc/machine-id", $"{_index:x32}\n");
        // Nothing listens there: a lookup fails at once. An unreachable server would cost seconds for each.
        File.WriteAllText($"{Directory}/etc/resolv.conf", "nameserver 127.0.0.1\n");
    }
}
