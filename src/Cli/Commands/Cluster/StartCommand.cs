using Orch.Cli.Daemons;
using Orch.Cli.Parsing;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Commands.Cluster;

internal static class StartCommand
{
    public static Command Definition => new()
    {
        Name = "start",
        Summary = "Start this machine's daemons",
        Details = "For a machine that is part of a cluster and whose daemons were stopped, or that has booted without systemd.",
        Examples = "orch start",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        MachineCommand.RequireRoot("start");
        var paths = DaemonPaths.Of(call);
        var machine = MachineCommand.RequireCluster(paths);
        var daemons = new MachineDaemons(paths);
        if (daemons.AreRunning)
        {
            call.Out.WriteLine("The daemons of this machine run already.");
            return 0;
        }
        ConsulBeside.Settle(paths.Machine, machine.AdvertiseAddr);
        daemons.Start(machine);
        if (machine.Role == NodeRole.Manager)
            Readiness.Wait(call, paths);
        call.Out.WriteLine($"Started as {MachineCommand.Role(machine)} {machine.NodeId} of cluster {machine.ClusterId}.");
        return 0;
    }
}
