using Orch.Contracts.Machine;

namespace Orch.Agent;

/// <summary>What the command line says. Engine and Managers, when given, win over node.json.</summary>
public sealed record AgentOptions
{
    public const string Usage = """
        Usage: orch-agent [OPTIONS]

        Runs this machine's tasks for an orch cluster. Started by `orch init` and `orch join`.

          --data-root DIR       where the machine's identity and the agent's journal are (default /var/lib/orch)
          --run-dir DIR         where sockets are (default /run/orch)
          --engine URL          the container engine (default from node.json: unix:///var/run/docker.sock)
          --manager HOST:PORT   a manager to dial first; may be repeated (default from node.json)
          --clear-networks      take all of orch's networks out of kernel and engine, and end (`orch leave` does this)
          --version             print the version
          --help                print this
        """;

    public MachinePaths Paths { get; init; } = new(MachinePaths.DefaultDataRoot, MachinePaths.DefaultRunDir);
    public string? Engine { get; init; }
    public IReadOnlyList<string> Managers { get; init; } = [];
    public bool ShowHelp { get; init; }
    public bool ShowVersion { get; init; }
    public bool ClearNetworks { get; init; }

    /// <summary>Null with the reason in words for a line that makes no sense.</summary>
    public static AgentOptions? TryParse(IReadOnlyList<string> args, out string problem)
    {
        var options = new AgentOptions();
        problem = "";
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value, used) = Split(args, i);
            i += used;
            if (name is "--help" or "-h")
                return options with { ShowHelp = true };
            if (name is "--version")
                return options with { ShowVersion = true };
            if (name is "--clear-networks")
            {
                options = options with { ClearNetworks = true };
                continue;
            }
            if (name is not ("--data-root" or "--run-dir" or "--engine" or "--manager"))
                problem = $"unknown option {name}";
            else if (string.IsNullOrEmpty(value))
                problem = $"{name} needs a value";
            if (problem.Length > 0)
                return null;
            options = options.With(name, value!);
        }
        return options;
    }

    private AgentOptions With(string name, string value) => name switch
    {
        "--data-root" => this with { Paths = Paths with { DataRoot = Path.GetFullPath(value) } },
        "--run-dir" => this with { Paths = Paths with { RunDir = Path.GetFullPath(value) } },
        "--engine" => this with { Engine = value },
        _ => this with { Managers = [.. Managers, value] },
    };

    /// <summary>Both <c>--name value</c> and <c>--name=value</c>.</summary>
    private static (string Name, string? Value, int Used) Split(IReadOnlyList<string> args, int at)
    {
        var equals = args[at].IndexOf('=', StringComparison.Ordinal);
        if (equals > 0)
            return (args[at][..equals], args[at][(equals + 1)..], 0);
        var takesValue = args[at] is "--data-root" or "--run-dir" or "--engine" or "--manager";
        return takesValue && at + 1 < args.Count ? (args[at], args[at + 1], 1) : (args[at], null, 0);
    }
}
