using Orch.Cli.Daemons;
using Orch.Cli.Parsing;
using Orch.Contracts.Machine;
using Orch.Core.Model;

namespace Orch.Cli.Commands.Cluster;

internal static class InitCommand
{
    public static Command Definition => new()
    {
        Name = "init",
        Summary = "Make this machine the first of a new cluster",
        Details = """
            Starts a manager, which keeps the cluster's state in --data-root, and an agent, which runs tasks on this machine's
            container engine. They run as systemd units where systemd runs and the default paths are used, otherwise under a
            small parent process that starts them again when they crash.

            With --store the state is in a PostgreSQL or Consul that all managers of the cluster reach, so that there can be several.
            With --ha orch runs that Consul itself, a server beside each manager: further managers join with `orch join`, three of them
            lose nothing when one machine dies. The program `consul` must be installed.

            A password may be in PGPASSWORD instead of the address. The manager remembers it, readable by root alone.
            """,
        Flags =
        [
            MachineCommand.AdvertiseFlag, MachineCommand.DataPathFlag, MachineCommand.ListenFlag, MachineCommand.EngineFlag,
            StoreChoice.Flag,
            Flag.Switch("ha", "Keep the cluster's state in a Consul server that orch runs beside each manager"),
            Flag.Value("ha-port", "uint16", $"Port between these servers; the next one is for their gossip (default: --listen's + {EmbeddedConsul.PortsAbove})"),
            Flag.List("default-addr-pool", "Block that subnets of networks are cut from (default 10.128.0.0/9)", "ipNet"),
            Flag.Value("default-addr-pool-mask-length", "uint32", "Prefix length of the subnets (default 20)"),
        ],
        Examples = "orch init\norch init --advertise-addr eth1 --listen 10.0.0.1:2378\n"
            + "PGPASSWORD=… orch init --store 'postgres://orch@db.example.com/orch?sslmode=verify-full'",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        MachineCommand.RequireRoot("init");
        var paths = DaemonPaths.Of(call);
        MachineCommand.RequireNoCluster(paths);
        var engine = call.Flags.Text("engine")!;
        using (var probe = EngineProbe.Open(engine))
            probe.RequireNoSwarm();
        var address = Addresses.Advertise(call.Flags.Text("advertise-addr"));
        var listen = Addresses.Listen(call.Flags.Text("listen")!);
        var pools = AddressPools(call);
        var dataPath = MachineCommand.DataPath(call);
        var daemons = new MachineDaemons(paths);
        if (daemons.AreRunning)
            throw new CommandException("the daemons of this machine run already: `orch stop` ends them");
        var isHa = call.Flags.On("ha");
        var store = isHa ? FoundConsul(call, paths, address, listen.Port) : StoreChoice.Hand(call, daemons, paths);
        daemons.Start(["--bootstrap", .. daemons.Places(), .. store, "--listen", listen.ToString(), "--advertise-addr", address, "--engine", engine,
            .. pools, .. dataPath is null ? (string[])[] : ["--data-path-addr", dataPath]]);
        var node = Readiness.Wait(call, paths);
        ConsulBeside.Settle(paths.Machine, address);
        call.Out.WriteLine($"Cluster initialized: current node ({node}) is now a manager.\n");
        using var local = new Invocation(call.Command, call.Flags, call.Terminal,
            call.Host with { Host = $"unix://{paths.Machine.ControlSocket}" });
        var token = local.Client.Get("/swarm", Contracts.Api.ApiJson.Default.SwarmView).JoinTokens?.Worker ?? "";
        TokenCommand.WriteJoin(local, "worker", token);
        call.Out.WriteLine("To see how it does, and to run a first service:\n\n    orch status\n" +
            "    orch service create --name web --replicas 2 busybox sleep 1d\n");
        return 0;
    }

    private static string[] FoundConsul(Invocation call, DaemonPaths paths, string address, int listen)
    {
        if (call.Flags.Text("store") is { } store and not "sqlite")
            throw new CommandException($"--ha runs a store of its own, and --store names another ({store.Split(':')[0]}): give one of them");
        var port = call.Flags.Count("ha-port") is { } wanted ? wanted : (ulong)listen + EmbeddedConsul.PortsAbove;
        return port is > 0 and < ushort.MaxValue ? ConsulBeside.Found(paths, address, (int)port, call.Terminal.Clock)
            : throw new CommandException($"--ha-port {port}: expected a port from 1 to {ushort.MaxValue - 1}, the next one is used, too");
    }

    /// <summary>Refused here where they cannot be, not by a manager that does not start.</summary>
    private static List<string> AddressPools(Invocation call)
    {
        var (blocks, length) = (call.Flags.All("default-addr-pool"), call.Flags.Count("default-addr-pool-mask-length"));
        var settings = new ClusterSettings { DefaultAddrPool = blocks, SubnetSize = length is null ? null : (int)Math.Min(length.Value, 99) };
        if (settings.PoolProblem() is { } problem)
            throw new CommandException(problem);
        List<string> arguments = [.. blocks.Select(block => $"--default-addr-pool={block}")];
        if (length is not null)
            arguments.Add($"--default-addr-pool-mask-length={length}");
        return arguments;
    }
}
