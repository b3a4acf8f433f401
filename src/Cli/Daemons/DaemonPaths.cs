using Orch.Cli.Parsing;
using Orch.Contracts.Machine;

namespace Orch.Cli.Daemons;

/// <summary>Files of this machine's daemons beside those that <see cref="MachinePaths"/> knows.</summary>
internal sealed record DaemonPaths(MachinePaths Machine)
{
    public static DaemonPaths Of(Invocation call) =>
        new(new MachinePaths(Path.GetFullPath(call.Host.DataRoot), Path.GetFullPath(call.Host.RunDir)));

    public string LogDir => Path.Combine(Machine.DataRoot, "log");
    public string SupervisorPid => Path.Combine(Machine.RunDir, "supervise.pid");
    public string Log(string daemon) => Path.Combine(LogDir, daemon + ".log");
    public string Pid(string daemon) => Path.Combine(Machine.RunDir, daemon + ".pid");

    /// <summary>A system's own installation, as opposed to a cluster kept in some directory.</summary>
    public bool AreDefault => Machine.DataRoot == MachinePaths.DefaultDataRoot && Machine.RunDir == MachinePaths.DefaultRunDir;

    /// <summary>The program beside this one, else on the PATH.</summary>
    public static string Program(string name)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Prepend(AppContext.BaseDirectory);
        return folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists)
            ?? throw new CommandException($"the program {name} is neither beside orch ({AppContext.BaseDirectory}) nor on the PATH");
    }
}
