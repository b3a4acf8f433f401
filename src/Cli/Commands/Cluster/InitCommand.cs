using Orch.Cli.Daemons;
using Orch.Cli.Parsing;

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
            """,
        Flags = [MachineCommand.AdvertiseFlag, MachineCommand.ListenFlag, MachineCommand.EngineFlag],
        Examples = "orch init\norch init --advertise-addr eth1 --listen 10.0.0.1:2378",
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
        var daemons = new MachineDaemons(paths);
        if (daemons.AreRunning)
            throw new CommandException("the daemons of this machine run already: `orch stop` ends them");
        daemons.Start(["--bootstrap", .. daemons.Places(), "--listen", listen.ToString(), "--advertise-addr", address, "--engine", engine]);
        var node = Readiness.Wait(call, paths);
        call.Out.WriteLine($"Cluster initialized: current node ({node}) is now a manager.\n");
        using var local = new Invocation(call.Command, call.Flags, call.Terminal,
            call.Host with { Host = $"unix://{paths.Machine.ControlSocket}" });
        var token = local.Client.Get("/swarm", Contracts.Api.ApiJson.Default.SwarmView).JoinTokens?.Worker ?? "";
        TokenCommand.WriteJoin(local, "worker", token);
        call.Out.WriteLine("To see how it does, and to run a first service:\n\n    orch status\n" +
            "    orch service create --name web --replicas 2 busybox sleep 1d\n");
        return 0;
    }
}
