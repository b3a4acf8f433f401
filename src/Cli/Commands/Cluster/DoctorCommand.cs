using System.Net.NetworkInformation;
using Orch.Cli.Daemons;
using Orch.Cli.Doctor;
using Orch.Cli.Output;
using Orch.Cli.Parsing;
using Orch.Contracts.Machine;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Commands.Cluster;

internal static class DoctorCommand
{
    private static readonly (string, string)[] _columns = [("State", "STATE"), ("Check", "CHECK"), ("Finding", "FINDING")];

    public static Command Definition => new()
    {
        Name = "doctor",
        Summary = "Look whether this machine can do its part",
        Details = "Looks at the engine, the agent, the kernel, the firewall, ports, the clock and disks of this machine, and says what to\n" +
            "do where something is wrong. No manager is asked, and nothing is changed. It may be run before `orch init` and\n" +
            "`orch join`. As root it sees all of it. Exit code 0 when there is no problem, 1 when there is one; warnings do not count.",
        Flags =
        [
            Flag.Value("engine", "url", "Socket of the container engine (default: this machine's, unix:///var/run/docker.sock)"),
            Listing.FormatFlag,
        ],
        Examples = "sudo orch doctor\norch doctor --format json\norch doctor --format '{{.State}} {{.Check}}: {{.Text}}'",
        Run = Run,
    };

    private static int Run(Invocation call)
    {
        var findings = Findings(call).ToList();
        Listing.Write(call, _columns, [.. findings.Select(Row)]);
        return findings.Exists(finding => finding.Level == Level.Problem) ? 1 : 0;
    }

    private static Dictionary<string, object?> Row(Finding finding) => new()
    {
        ["Advice"] = finding.Advice ?? "",
        ["Check"] = finding.Check,
        ["Finding"] = finding.Advice is { } advice ? $"{finding.Text}. What to do: {advice}" : finding.Text,
        ["State"] = finding.Level switch { Level.Ok => "ok", Level.Warning => "warning", _ => "problem" },
        ["Text"] = finding.Text,
    };

    private static IEnumerable<Finding> Findings(Invocation call)
    {
        var paths = DaemonPaths.Of(call);
        var (machine, damaged) = Machine(paths);
        if (damaged is not null)
            yield return Finding.Problem("machine", damaged, "put the file back from a backup, or orch leave --force and join again");
        var engine = DoctorFacts.Engine(call.Flags.Text("engine") ?? machine?.Engine ?? MachineConfig.DefaultEngine);
        foreach (var finding in EngineDoctor.Look(engine))
            yield return finding;
        var local = DoctorFacts.Local();
        if (machine is not null)
            yield return local.HasAgent ? Finding.Ok("agent", "runs")
                : Finding.Problem("agent", "does not run: this machine's tasks are not looked after", $"orch start; {paths.Log("agent")} says why it ended");
        foreach (var finding in KernelDoctor.Look(local))
            yield return finding;
        var isManager = machine?.Role == NodeRole.Manager;
        var port = PortOf(machine);
        foreach (var finding in FirewallDoctor.Look(
            local, InterfaceOf(machine?.AdvertiseAddr), InterfaceOf(machine?.DataAddress), machine is null || isManager ? port : 0))
            yield return finding;
        foreach (var finding in PortDoctor.Look(
            local, PortTable.Read(local.Read), port, isManager, machine is not null && new MachineDaemons(paths).AreRunning))
            yield return finding;
        yield return ClockDoctor.Look(DoctorFacts.Clock(call.Terminal.Clock, paths.Machine));
        foreach (var disk in DoctorFacts.Disks(paths.Machine.DataRoot, engine.Root))
            yield return DiskDoctor.Look(disk);
    }

    /// <summary>Null where this machine is in no cluster, or its file cannot be read: then why.</summary>
    private static (MachineConfig? Machine, string? Damaged) Machine(DaemonPaths paths)
    {
        try
        {
            return (MachineConfig.Load(paths.Machine.NodeFile), null);
        }
        catch (UnauthorizedAccessException)
        {
            return (null, null);
        }
        catch (InvalidDataException e)
        {
            return (null, e.Message);
        }
    }

    private static int PortOf(MachineConfig? machine) =>
        machine?.Listen is { Length: > 0 } listen && System.Net.IPEndPoint.TryParse(listen, out var endpoint) && endpoint.Port > 0
            ? endpoint.Port : MachineConfig.DefaultPort;

    /// <summary>Empty where none has that address.</summary>
    private static string InterfaceOf(string? address) => NetworkInterface.GetAllNetworkInterfaces()
        .FirstOrDefault(one => one.GetIPProperties().UnicastAddresses.Any(own => own.Address.ToString() == address))?.Name ?? "";
}
