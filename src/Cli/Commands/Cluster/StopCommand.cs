using Orch.Cli.Daemons;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Cluster;

internal static class StopCommand
{
    public static Command Definition => new()
    {
        Name = "stop",
        Summary = "Stop this machine's daemons",
        Details = "Containers keep running and are taken over again by `orch start`. With --tasks they are stopped and removed too;\n" +
            "a manager that runs elsewhere then starts them on other machines.",
        Flags = [Flag.Switch("tasks", "Also stop and remove the containers of tasks on this machine")],
        Examples = "orch stop\norch stop --tasks",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        MachineCommand.RequireRoot("stop");
        var paths = DaemonPaths.Of(call);
        var machine = MachineCommand.RequireCluster(paths);
        new MachineDaemons(paths).Stop();
        if (!call.Flags.On("tasks"))
        {
            call.Out.WriteLine("Stopped. Containers of tasks keep running; `orch start` takes them over again.");
            return 0;
        }
        using var engine = EngineProbe.Open(machine.Engine);
        call.Out.WriteLine($"Stopped. Containers removed: {engine.RemoveTasks(machine.ClusterId.ToString())}.");
        return 0;
    }
}
