using Orch.Cli.Daemons;
using Orch.Cli.Parsing;
using Orch.Contracts.Machine;

namespace Orch.Cli.Commands.Cluster;

/// <summary>What the commands over this machine's daemons share: options and first checks.</summary>
internal static class MachineCommand
{
    public static Flag EngineFlag => Flag.Value("engine", "url", "Socket of the container engine", MachineConfig.DefaultEngine);
    public static Flag ListenFlag =>
        Flag.Value("listen", "addr", "Where a manager listens for the cluster", $"0.0.0.0:{MachineConfig.DefaultPort}");
    public static Flag AdvertiseFlag =>
        Flag.Value("advertise-addr", "ip|interface", "Address other machines reach this one by (default: the default route's)");

    public static Flag DataPathFlag =>
        Flag.Value("data-path-addr", "ip|interface", "Address other machines send packets of networks to (default: the advertised one)");

    /// <summary>Null when it is the advertised one.</summary>
    public static string? DataPath(Invocation call) =>
        call.Flags.Text("data-path-addr") is { } wanted ? Addresses.Of(wanted, "--data-path-addr") : null;

    public static void RequireRoot(string what)
    {
        if (!Posix.IsRoot)
            throw new CommandException($"orch {what} needs root: it starts daemons that talk to the container engine. Try: sudo orch {what} …");
    }

    public static void RequireNoCluster(DaemonPaths paths)
    {
        if (MachineConfig.Load(paths.Machine.NodeFile) is { } machine)
            throw new CommandException($"This node is already part of a cluster ({machine.ClusterId}, as {Role(machine)} {machine.NodeId}).\n" +
                "  `orch start` starts its daemons, `orch leave` takes it out of the cluster.");
    }

    public static MachineConfig RequireCluster(DaemonPaths paths) => MachineConfig.Load(paths.Machine.NodeFile)
        ?? throw new CommandException($"This node is not part of a cluster ({paths.Machine.NodeFile} does not exist).\n" +
            "  `orch init` makes it the first of a new one, `orch join` adds it to one that exists.");

    public static string Role(MachineConfig machine) => machine.Role == Core.Model.Specs.NodeRole.Manager ? "manager" : "worker";
}
