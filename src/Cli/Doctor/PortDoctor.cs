using System.Globalization;

namespace Orch.Cli.Doctor;

/// <summary>Somebody who has a port: by the kernel's tables. Program is empty where none is known: the kernel's own, or not ours to see.</summary>
internal sealed record PortHolder(string Protocol, bool Everywhere, int Port, string Program);

/// <summary>Whether the ports that orch itself uses are free, or orch's.</summary>
internal static class PortDoctor
{
    private const string Check = "ports";
    private const int Vxlan = 4789;
    private const int Names = 53;

    /// <summary>Port: where a manager listens here, or would.</summary>
    public static IEnumerable<Finding> Look(LocalMachine machine, IReadOnlyList<PortHolder> holders, int port, bool isManager, bool runs)
    {
        yield return Manager(holders.FirstOrDefault(one => one.Protocol == "tcp" && one.Port == port), port, isManager, runs);
        yield return Overlay(machine, holders.FirstOrDefault(one => one.Protocol == "udp" && one.Port == Vxlan));
        var names = holders.FirstOrDefault(one => one.Port == Names && one.Everywhere && one.Program is not ("" or "orch-agent"));
        yield return names is null ? Finding.Ok(Check, "53/udp and 53/tcp of bridges or-*: free for names")
            : Finding.Problem(Check, $"53/{names.Protocol} is held on every address by {names.Program}: containers resolve no names",
                "let it leave out the bridges: dnsmasq: bind-dynamic, except-interface=or-*; unbound, named: listen on named addresses");
    }

    private static Finding Manager(PortHolder? holder, int port, bool isManager, bool runs)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{port}/tcp (manager)");
        return holder switch
        {
            null when isManager && runs => Finding.Problem(Check, $"{name}: nobody listens although this machine is a manager",
                "see the manager's log"),
            null => Finding.Ok(Check, $"{name}: free"),
            { Program: "orch-manager" } => Finding.Ok(Check, $"{name}: orch-manager listens"),
            { Program: "" } => Finding.Warning(Check, $"{name}: held, and not to be seen by whom", "sudo orch doctor"),
            _ when isManager => Finding.Problem(Check, $"{name}: held by {holder.Program}", "stop that program, or choose another with --listen"),
            _ => Finding.Warning(Check, $"{name}: held by {holder.Program}: this machine cannot become a manager there"),
        };
    }

    /// <summary>The kernel's own socket has no program.</summary>
    private static Finding Overlay(LocalMachine machine, PortHolder? holder) => holder switch
    {
        null => Finding.Ok(Check, "4789/udp (networks): free"),
        { Program.Length: > 0 } => Finding.Problem(Check, $"4789/udp (networks): held by {holder.Program}: no network over machines can be made",
            "stop that program: VXLAN's port cannot be shared"),
        _ when machine.Interfaces.Any(name => name.StartsWith("ox-", StringComparison.Ordinal)) =>
            Finding.Ok(Check, "4789/udp (networks): the kernel's, for networks of the cluster"),
        _ when !machine.IsRoot => Finding.Warning(Check, "4789/udp (networks): held, and not to be seen by whom", "sudo orch doctor"),
        _ => Finding.Warning(Check, "4789/udp (networks): the kernel has it for another overlay (Docker Swarm, flannel…)",
            "both work side by side as long as their network numbers differ; leave Docker's Swarm mode where it is not needed"),
    };
}
