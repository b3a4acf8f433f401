using Orch.Cli.Daemons;
using Orch.Cli.Parsing;
using Orch.Contracts.Machine;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Commands.Cluster;

internal static class LeaveCommand
{
    public static Command Definition => new()
    {
        Name = "leave",
        Summary = "Take this machine out of its cluster",
        Details = "Stops the daemons, removes the containers of tasks and the networks on this machine, and forgets the machine's identity.\n" +
            "A manager needs --force: where it is the only one the cluster's state goes with it, every service and every node's membership.",
        Flags = [Flag.Switch("force", "Leave although this is a manager and the cluster's state is lost", 'f')],
        Examples = "orch leave\norch leave --force",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        MachineCommand.RequireRoot("leave");
        var paths = DaemonPaths.Of(call);
        var machine = MachineCommand.RequireCluster(paths);
        if (machine.Role == NodeRole.Manager && !call.Flags.On("force"))
            throw new CommandException(Warning(paths.Machine));
        var shared = machine.Role == NodeRole.Manager && IsShared(paths.Machine);
        if (ConsulBeside.Leave(paths.Machine) is { } stays)
            call.Err.WriteLine(stays);
        var daemons = new MachineDaemons(paths);
        daemons.Stop();
        daemons.Forget();
        var left = RemoveTasks(call, machine.Engine, machine.ClusterId.ToString());
        if (daemons.ClearNetworks() is { } unclear)
            call.Err.WriteLine($"links, rules or networks of the engine may be left: {unclear}");
        RemoveIdentity(paths);
        if (MemoryFolder.Unmount(paths.Machine.FilesDir) is { } problem)
            call.Err.WriteLine(problem);
        call.Out.WriteLine("Node left the cluster." + (left is null ? "" : $" Containers removed: {left}."));
        if (machine.Role == NodeRole.Worker || shared)
            call.Out.WriteLine($"A manager still lists it as down: orch node rm {(shared ? "--force " : "")}{machine.NodeId}");
        return 0;
    }

    private static string Warning(MachinePaths paths) => IsShared(paths)
        ? $"You are attempting to leave the cluster on a manager. Its state stays where it is, in {StoreFile.Load(paths.StoreFile)}, for the\n" +
            "other managers. If this is the last one, nobody can open it again: the keys of its secrets are on the managers. Use\n" +
            "`--force` to leave all the same."
        : "You are attempting to leave the cluster on its manager. That erases the state of the cluster: every service,\n" +
            $"every node's membership and the CA, all in {paths.ManagerDir}. Use `--force` to do it all the same.";

    private static bool IsShared(MachinePaths paths) => StoreFile.Load(paths.StoreFile) is { Kind: not StoreKind.Sqlite };

    /// <summary>Null when the engine does not answer: leaving must be possible then too, and says what it left behind.</summary>
    private static int? RemoveTasks(Invocation call, string address, string cluster)
    {
        try
        {
            using var engine = EngineProbe.Open(address);
            return engine.RemoveTasks(cluster);
        }
        catch (CommandException e)
        {
            call.Err.WriteLine($"{e.Message}\nContainers labelled orch.cluster={cluster} may be left on it.");
            return null;
        }
    }

    private static void RemoveIdentity(DaemonPaths paths)
    {
        // The identity file goes first: from then on the machine is in no cluster, whatever else remains.
        File.Delete(paths.Machine.NodeFile);
        File.Delete(Supervisor.LockOf(paths.SupervisorPid));
        var machine = paths.Machine;
        foreach (var folder in new[] { machine.TlsDir, machine.AgentDir, machine.ManagerDir, machine.ConsulDir, paths.LogDir })
            if (Directory.Exists(folder))
                Directory.Delete(folder, recursive: true);
    }
}
