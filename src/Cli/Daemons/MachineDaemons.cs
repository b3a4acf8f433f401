using System.Diagnostics;
using Orch.Cli.Parsing;
using Orch.Contracts.Machine;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Daemons;

/// <summary>
/// Starts and stops orch-manager and orch-agent on this machine: as systemd units where systemd runs and the machine is
/// a normal installation, otherwise under <see cref="Supervisor"/>.
/// </summary>
internal sealed class MachineDaemons(DaemonPaths paths)
{
    private static readonly TimeSpan ClearWithin = TimeSpan.FromSeconds(30);

    private bool UsesSystemd => paths.AreDefault && Systemd.IsRunning;

    public bool AreRunning => UsesSystemd ? Systemd.IsActive : Leftovers.Find(paths.SupervisorPid, "orch") is not null;

    /// <summary>Those of a machine that is in a cluster.</summary>
    public void Start(MachineConfig machine) =>
        Start(machine.Role == NodeRole.Manager ? [.. Places(), "--listen", machine.Listen, "--engine", machine.Engine] : (IReadOnlyList<string>?)null);

    /// <summary>Manager arguments null: this machine is a worker and has only an agent.</summary>
    public void Start(IReadOnlyList<string>? managerArguments)
    {
        Directory.CreateDirectory(paths.Machine.RunDir);
        Directory.CreateDirectory(paths.Machine.DataRoot, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(paths.LogDir);
        var manager = managerArguments is null ? null : DaemonPaths.Program("orch-manager");
        var agent = DaemonPaths.Program("orch-agent");
        if (UsesSystemd)
            Systemd.Start(manager, managerArguments ?? [], agent, Places(), manager is null ? null : Consul());
        else
            Supervise(managerArguments);
    }

    public void Stop()
    {
        if (UsesSystemd)
            Systemd.Stop();
        else if (!Leftovers.End(paths.SupervisorPid, "orch"))
            StopOrphans();
    }

    /// <summary>After the supervisor itself was killed its children live on; they too belong to this machine's daemons.</summary>
    private void StopOrphans()
    {
        Leftovers.End(paths.Pid("agent"), "orch-agent");
        Leftovers.End(paths.Pid("manager"), "orch-manager");
        Leftovers.End(paths.Pid("consul"), "consul");
    }

    public void Forget()
    {
        if (UsesSystemd)
            Systemd.Remove();
    }

    /// <summary>Takes the cluster's networks out of kernel and engine, once the agent has ended. Null: nothing of them is left.</summary>
    public string? ClearNetworks()
    {
        var start = new ProcessStartInfo(DaemonPaths.Program("orch-agent"), ["--clear-networks", .. Places()])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        try
        {
            using var agent = Process.Start(start)!;
            var said = agent.StandardError.ReadToEndAsync();
            if (!agent.WaitForExit(ClearWithin))
            {
                agent.Kill();
                return $"orch-agent --clear-networks did not end within {ClearWithin.TotalSeconds:0} s";
            }
            return agent.ExitCode == 0 ? null : said.GetAwaiter().GetResult().Trim();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return e.Message;
        }
    }

    /// <summary>Null: no Consul server belongs to this manager.</summary>
    private ConsulUnit? Consul() => !ConsulBeside.IsWanted(paths.Machine) ? null
        : new(ConsulBeside.Program(), ConsulBeside.Arguments(paths.Machine), paths.Machine.RunDir);

    public string[] Places() => ["--data-root", paths.Machine.DataRoot, "--run-dir", paths.Machine.RunDir];

    private void Supervise(IReadOnlyList<string>? managerArguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = "/",
        };
        // Started as `dotnet orch.dll` the program is the first argument of the host.
        if (Path.GetFileName(Environment.ProcessPath) == "dotnet")
            start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "orch.dll"));
        foreach (var word in new[] { "supervise" }.Concat(Places()).Append(managerArguments is null ? "worker" : "manager").Append("--")
            .Concat(managerArguments ?? []))
            start.ArgumentList.Add(word);
        using var supervisor = Process.Start(start) ?? throw new CommandException("the supervisor could not be started");
        // It says one line when it is in charge. Its runtime keeps a copy of the pipe open, so the end never comes.
        var said = supervisor.StandardOutput.ReadLine()?.Trim() ?? "";
        if (said != SuperviseReady)
            throw new CommandException($"the daemons were not started: {said} {supervisor.StandardError.ReadToEnd().Trim()}".Trim());
    }

    public const string SuperviseReady = "supervising";
}
