using System.Globalization;
using System.Net;
using Orch.Contracts.Machine;
using Orch.Core.Model;

namespace Orch.Manager;

/// <summary>The command line of orch-manager, parsed and checked once.</summary>
public sealed record ManagerOptions
{
    public MachinePaths Paths { get; init; } = new(MachinePaths.DefaultDataRoot, MachinePaths.DefaultRunDir);
    public IPEndPoint Listen { get; init; } = new(IPAddress.Any, MachineConfig.DefaultPort);

    /// <summary>The address agents dial; asked for with --bootstrap, afterwards kept in node.json.</summary>
    public string? AdvertiseAddr { get; init; }

    /// <summary>Where other machines send this one packets of networks; null: to the same address.</summary>
    public string? DataPathAddr { get; init; }
    public string Engine { get; init; } = MachineConfig.DefaultEngine;

    /// <summary>Create the cluster if this data root has none; without it a missing cluster is an error.</summary>
    public bool Bootstrap { get; init; }

    /// <summary>Start although the log is shorter than what was acknowledged; an operator's decision, for one start.</summary>
    public bool AcceptLostTail { get; init; }

    /// <summary>With --bootstrap only: where networks get their subnets from. Null: orch's own choice.</summary>
    public ClusterSettings? ClusterSettings { get; init; }

    /// <summary>Where the cluster's log is to be; null: where it is remembered to be, and a new cluster's on this machine's disk.</summary>
    public StoreAddress? Store { get; init; }

    /// <summary>A file with the same, removed once it is remembered; not read when it is missing. For addresses with a password.</summary>
    public string? StoreFile { get; init; }

    /// <summary>Only look whether a new cluster can begin in the store.</summary>
    public bool CheckStore { get; init; }
    public bool ShowHelp { get; init; }

    public const string Help = """
        Usage: orch-manager [OPTIONS]

        Holds the cluster's desired state and serves its control API. Normally started by `orch init` or `orch start`.

        Options:
          --data-root DIR        What must survive (default /var/lib/orch)
          --run-dir DIR          Where the control socket orch.sock is (default /run/orch)
          --listen ADDR:PORT     The cluster's TCP port (default 0.0.0.0:2378)
          --advertise-addr ADDR  The address other machines reach this one by
          --data-path-addr ADDR  The address they send packets of networks to, if it is another one
          --engine ADDRESS       The engine of this machine's agent (default unix:///var/run/docker.sock)
          --bootstrap            Create the cluster if there is none yet
          --store ADDRESS        Where a new cluster's state is kept: sqlite (this machine's disk, the default),
                                 postgres://USER:PASSWORD@HOST:PORT/DATABASE?schema=NAME or
                                 consul://TOKEN@HOST:PORT,HOST:PORT/PREFIX. It is remembered; a restart needs no option.
                                 A password may be in PGPASSWORD instead
          --store-file FILE      The same from a file, which is removed once the manager remembers it
          --check-store          Look whether a new cluster can begin in the store, say why not, and end
          --default-addr-pool BLOCK
                                 With --bootstrap: where subnets of networks are cut from (default 10.128.0.0/9);
                                 may be repeated
          --default-addr-pool-mask-length N
                                 With --bootstrap: the prefix length of these subnets (default 20)
          --accept-lost-tail     Start although writes that were acknowledged are missing from the log: they are given
                                 up. Only when there is no better copy
          --help                 Show this

        Example:
          orch-manager --bootstrap --advertise-addr 192.168.1.10
        """;

    /// <summary>Throws <see cref="FormatException"/> with what is wrong for a command line that cannot be obeyed.</summary>
    public static ManagerOptions Parse(IReadOnlyList<string> args)
    {
        var options = new ManagerOptions();
        for (var i = 0; i < args.Count; i++)
        {
            var (name, inline) = Split(args[i]);
            options = name switch
            {
                "--bootstrap" => options with { Bootstrap = true },
                "--check-store" => options with { CheckStore = true },
                "--accept-lost-tail" => options with { AcceptLostTail = true },
                "--help" or "-h" => options with { ShowHelp = true },
                _ => Set(options, name, inline ?? (++i < args.Count ? args[i] : throw new FormatException($"{name} needs a value"))),
            };
        }
        return options.ClusterSettings?.PoolProblem() is { } problem ? throw new FormatException(problem) : options;
    }

    private static ManagerOptions Set(ManagerOptions options, string name, string value) => name switch
    {
        "--data-root" => options with { Paths = options.Paths with { DataRoot = Path.GetFullPath(value) } },
        "--run-dir" => options with { Paths = options.Paths with { RunDir = Path.GetFullPath(value) } },
        "--listen" => options with { Listen = ParseListen(value) },
        "--advertise-addr" => options with { AdvertiseAddr = value },
        "--data-path-addr" => options with { DataPathAddr = value },
        "--engine" => options with { Engine = value },
        "--store" => options with { Store = StoreAddress.Parse(value) },
        "--store-file" => options with { StoreFile = Path.GetFullPath(value) },
        "--default-addr-pool" => Pools(options, given => given with { DefaultAddrPool = [.. given.DefaultAddrPool ?? [], value] }),
        "--default-addr-pool-mask-length" => Pools(options, given => given with
        {
            SubnetSize = int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                ? length : throw new FormatException($"{name} {value}: expected a number, such as 24"),
        }),
        _ => throw new FormatException($"unknown option {name}; see orch-manager --help"),
    };

    private static ManagerOptions Pools(ManagerOptions options, Func<ClusterSettings, ClusterSettings> change) =>
        options with { ClusterSettings = change(options.ClusterSettings ?? new()) };

    private static IPEndPoint ParseListen(string value)
    {
        var text = value.StartsWith(':') ? $"0.0.0.0{value}" : value;
        if (!IPEndPoint.TryParse(text, out var endpoint))
            throw new FormatException($"--listen {value}: expected ADDRESS:PORT, such as 0.0.0.0:2378");
        return endpoint.Port == 0 ? new IPEndPoint(endpoint.Address, MachineConfig.DefaultPort) : endpoint;
    }

    private static (string Name, string? Value) Split(string arg)
    {
        var at = arg.IndexOf('=', StringComparison.Ordinal);
        return at < 0 ? (arg, null) : (arg[..at], arg[(at + 1)..]);
    }
}
