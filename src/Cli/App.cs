using Orch.Cli.Parsing;
using Orch.Contracts.Machine;

namespace Orch.Cli;

/// <summary>
/// Finds the command, reads its options, runs it. Exit codes: 0 done, 1 refused or failed, 125 the command line is
/// wrong, 130 interrupted.
/// </summary>
internal static class App
{
    private const int UsageError = 125;

    private static readonly Flag[] Everywhere =
    [
        Flag.Value("host", "string", "Manager to talk to: unix:///path or tcp://HOST[:PORT] ($ORCH_HOST)", letter: 'H'),
        Flag.Value("context", "string", "Cluster to talk to, by the name of a context ($ORCH_CONTEXT)"),
        Flag.Value("data-root", "path", "Where this machine keeps its state", MachinePaths.DefaultDataRoot),
        Flag.Value("run-dir", "path", "Where sockets and process ids are", MachinePaths.DefaultRunDir),
        Flag.Switch("help", "Show help", 'h'),
    ];

    public static int Run(IReadOnlyList<string> args, Terminal terminal)
    {
        try
        {
            return Dispatch(args, terminal);
        }
        catch (UsageException e)
        {
            terminal.Err.WriteLine($"{e.Message}\n\nRun 'orch --help' for more information");
            return UsageError;
        }
        catch (CommandException e)
        {
            terminal.Out.Flush();
            terminal.Err.WriteLine(e.Message);
            return e.ExitCode;
        }
        finally
        {
            terminal.Out.Flush();
        }
    }

    private static int Dispatch(IReadOnlyList<string> args, Terminal terminal)
    {
        var top = FlagParser.Parse([.. Everywhere, Flag.Switch("version", "Print version and quit", 'v')], args, stopAtFirstWord: true);
        if (top.On("version"))
        {
            terminal.Out.WriteLine($"orch version {Product.Version}");
            return 0;
        }
        var (command, used) = CommandTable.Find(top.Words);
        if (command is null)
            return Help.Group(terminal.Out, terminal.Err, top.Words);
        if (top.On("help"))
            return Help.Of(terminal.Out, command);
        return Run(command, [.. top.Words.Skip(used)], top, terminal);
    }

    private static int Run(Command command, IReadOnlyList<string> words, ParsedFlags top, Terminal terminal)
    {
        // A command's own option hides the one that works everywhere: service create --host maps a name.
        IReadOnlyList<Flag> all = [.. command.Flags,
            .. Everywhere.Where(e => command.Flags.All(f => f.Name != e.Name))
                .Select(e => command.Flags.Any(f => f.Short == e.Short) ? e with { Short = '\0' } : e)];
        try
        {
            var flags = FlagParser.Parse(all, words, command.StopAtFirstWord);
            if (flags.On("help"))
                return Help.Of(terminal.Out, command);
            CheckCount(command, flags.Words.Count);
            var hidden = command.Flags.Any(f => f.Name == "host");
            string? Either(string name) => name == "host" && hidden ? top.Text(name)
                : flags.Has(name) ? flags.Text(name) : top.Text(name);
            var host = new HostOptions(Either("host"), Either("data-root")!, Either("run-dir")!, Either("context"));
            using var call = new Invocation(command, flags, terminal, host);
            return command.Run(call);
        }
        catch (UsageException e)
        {
            terminal.Out.Flush();
            terminal.Err.WriteLine($"{e.Message}\n\nUsage:  orch {command.Name} {command.Usage}\n\n" +
                $"Run 'orch {command.Name} --help' for more information");
            return UsageError;
        }
    }

    private static void CheckCount(Command command, int words)
    {
        static string Arguments(int count) => count == 1 ? "1 argument" : $"{count} arguments";
        if (words >= command.MinWords && words <= command.MaxWords)
            return;
        var wanted = command.MaxWords == 0 ? "accepts no arguments"
            : command.MinWords == command.MaxWords ? $"requires {Arguments(command.MinWords)}"
            : words < command.MinWords ? $"requires at least {Arguments(command.MinWords)}"
            : $"requires at most {Arguments(command.MaxWords)}";
        throw new CommandException($"orch: 'orch {command.Name}' {wanted}\n\nUsage:  orch {command.Name} {command.Usage}\n\n" +
            $"See 'orch {command.Name} --help' for more information");
    }

    internal static IReadOnlyList<Flag> GlobalFlags => Everywhere;
}
