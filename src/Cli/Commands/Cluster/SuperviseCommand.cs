using System.Runtime.InteropServices;
using Orch.Cli.Daemons;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Cluster;

/// <summary>The parent of the daemons; started by init, join and start, never by hand.</summary>
internal static class SuperviseCommand
{
    public static Command Definition => new()
    {
        Name = "supervise",
        Usage = "[OPTIONS] manager|worker [-- MANAGER-OPTIONS]",
        Summary = "Keep the daemons of this machine running",
        StopAtFirstWord = true,
        MinWords = 1,
        MaxWords = int.MaxValue,
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        Posix.LeaveTerminal();
        using var onHangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context => context.Cancel = true);
        var paths = DaemonPaths.Of(call);
        Directory.CreateDirectory(paths.LogDir);
        void Log(string text) => File.AppendAllText(paths.Log("supervise"),
            $"{call.Terminal.Clock.GetUtcNow():yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {text}\n");
        void Ready()
        {
            call.Out.WriteLine(MachineDaemons.SuperviseReady);
            call.Out.Flush();
            Posix.CloseStandardStreams();
        }
        LogRotation.Trim(paths.Log("supervise"));
        var supervisor = new Supervisor(paths.SupervisorPid, Children(call, paths), call.Terminal.Clock, Log);
        return supervisor.RunAsync(Ready, call.Terminal.Interrupted).GetAwaiter().GetResult() ? 0
            : throw new CommandException($"they run already ({Supervisor.LockOf(paths.SupervisorPid)} is held)");
    }

    private static List<ChildSpec> Children(Invocation call, DaemonPaths paths)
    {
        var children = new List<ChildSpec>();
        if (call.Words[0] == "manager")
            children.Add(new("manager", DaemonPaths.Program("orch-manager"),
                [.. call.Words.Skip(1).SkipWhile(word => word == "--")], paths.Log("manager"))
            { PidFile = paths.Pid("manager") });
        if (call.Words[0] == "manager" && ConsulBeside.IsWanted(paths.Machine))
            children.Add(new("consul", ConsulBeside.Program(), ConsulBeside.Arguments(paths.Machine), paths.Log("consul"))
            {
                PidFile = paths.Pid("consul"),
                Needs = paths.Machine.ConsulConfig,
                StopsLast = true,
            });
        // On a new cluster the manager writes the machine's identity, without which an agent has nobody to be.
        children.Add(new("agent", DaemonPaths.Program("orch-agent"), new MachineDaemons(paths).Places(), paths.Log("agent"))
        {
            PidFile = paths.Pid("agent"),
            Needs = paths.Machine.NodeFile,
        });
        return children;
    }
}
