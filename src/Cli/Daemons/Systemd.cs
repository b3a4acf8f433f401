using System.Diagnostics;
using Orch.Cli.Parsing;
using Orch.Contracts.Machine;

namespace Orch.Cli.Daemons;

/// <summary>A Consul server beside the manager: how it is started, and the directory of its socket, which a boot takes away.</summary>
internal sealed record ConsulUnit(string Program, IReadOnlyList<string> Arguments, string RunDir);

/// <summary>The daemons as systemd units: started at boot, started again when they crash.</summary>
internal static class Systemd
{
    private const string Folder = "/etc/systemd/system";
    private static readonly string[] Units = ["orch-consul.service", "orch-manager.service", "orch-agent.service"];

    public static bool IsRunning => Directory.Exists("/run/systemd/system");

    public static bool IsActive => Installed.Any(unit => Control(mayFail: true, "is-active", "--quiet", unit) == 0);

    private static IEnumerable<string> Installed => Units.Where(unit => File.Exists(Path.Combine(Folder, unit)));

    /// <summary>Manager null: a worker.</summary>
    public static void Start(
        string? manager, IReadOnlyList<string> managerArguments, string agent, IReadOnlyList<string> agentArguments, ConsulUnit? consul)
    {
        // No unit needs another one to run: a manager that restarts or fails leaves Consul alone.
        if (consul is not null)
            File.WriteAllText(Path.Combine(Folder, Units[0]),
                Unit("orch consul", consul.Program, consul.Arguments, "", $"ExecStartPre=/bin/mkdir -p {consul.RunDir}\n"));
        if (manager is not null)
            // Its data is damaged or incomplete.
            File.WriteAllText(Path.Combine(Folder, Units[1]),
                Unit("orch manager", manager, managerArguments, consul is null ? "" : " orch-consul.service",
                    $"RestartPreventExitStatus={DaemonExit.NeedsAPerson}\n"));
        File.WriteAllText(Path.Combine(Folder, Units[2]),
            Unit("orch agent", agent, agentArguments, " docker.service orch-manager.service", "KillMode=process\n"
            + $"RestartPreventExitStatus={DaemonExit.LeftCluster}\nSuccessExitStatus={DaemonExit.LeftCluster}\n"));
        Control(mayFail: false, "daemon-reload");
        foreach (var unit in Installed)
            Control(mayFail: false, "enable", "--now", unit);
    }

    public static void Stop()
    {
        foreach (var unit in Installed.Reverse())
            Control(mayFail: false, "stop", unit);
    }

    public static void Remove()
    {
        foreach (var unit in Installed.ToList())
        {
            Control(mayFail: true, "disable", "--now", unit);
            File.Delete(Path.Combine(Folder, unit));
        }
        Control(mayFail: true, "daemon-reload");
    }

    internal static string Unit(string description, string program, IReadOnlyList<string> arguments, string after, string extra) => $"""
        [Unit]
        Description={description}
        After=network-online.target{after}
        Wants=network-online.target
        StartLimitIntervalSec=0

        [Service]
        ExecStart={program} {string.Join(' ', arguments)}
        Restart=always
        RestartSec=0.2
        LimitNOFILE=1048576
        Nice={DaemonPriority.Nice}
        CPUWeight=1000
        OOMScoreAdjust={DaemonPriority.OutOfMemory}
        {extra}
        [Install]
        WantedBy=multi-user.target

        """;

    private static int Control(bool mayFail, params string[] arguments)
    {
        var start = new ProcessStartInfo("systemctl", arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        using var process = Process.Start(start) ?? throw new CommandException("systemctl could not be started");
        process.StandardOutput.ReadToEnd();
        var error = process.StandardError.ReadToEnd().Trim();
        process.WaitForExit();
        return process.ExitCode == 0 || mayFail ? process.ExitCode
            : throw new CommandException($"systemctl {string.Join(' ', arguments)} failed: {error}");
    }
}
