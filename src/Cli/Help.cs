using Orch.Cli.Parsing;

namespace Orch.Cli;

/// <summary>Help texts: of the program, of a group of commands, of one command.</summary>
internal static class Help
{
    private const int Column = 30;

    public static int Of(TextWriter to, Command command)
    {
        to.WriteLine($"Usage:  orch {command.Name} {command.Usage}\n\n{command.Summary}");
        if (command.Details is { } details)
            to.WriteLine("\n" + details.TrimEnd());
        if (command.Flags.Count > 0)
            WriteFlags(to, "Options:", command.Flags);
        WriteFlags(to, "Options everywhere:", [.. App.GlobalFlags.Where(g => command.Flags.All(f => f.Name != g.Name))]);
        if (command.Examples is { } examples)
            to.WriteLine("\nExamples:\n" + Indent(examples));
        return 0;
    }

    /// <summary>Words that name no command: help when asked for or nothing was said, otherwise a usage error.</summary>
    public static int Group(TextWriter to, TextWriter err, IReadOnlyList<string> words)
    {
        var group = words.Count > 0 && CommandTable.All.Any(e => e.Name.StartsWith(words[0] + " ", StringComparison.Ordinal))
            ? words[0] : null;
        var rest = words.Skip(group is null ? 0 : 1).ToList();
        if (rest.Count > 0 && rest[0] is not ("--help" or "-h" or "help"))
        {
            var known = CommandTable.All.Where(e => !e.Hidden).Select(e => e.Name)
                .Select(name => group is null ? name.Split(' ')[0]
                    : name.StartsWith(group + " ", StringComparison.Ordinal) ? name[(group.Length + 1)..] : "");
            var prefix = group is null ? "orch" : $"orch {group}";
            var nearest = Nearest.To(rest[0], known.Distinct().Where(word => word.Length > 0));
            err.WriteLine($"orch: '{rest[0]}' is not a command of '{prefix}'." +
                (nearest is null ? "" : $"\n\nDid you mean '{prefix} {nearest}'?") + $"\n\nSee '{prefix} --help'");
            return 125;
        }
        if (group is null)
            Program(to);
        else
            Commands(to, group);
        return 0;
    }

    private static void Program(TextWriter to)
    {
        to.WriteLine("Usage:  orch [OPTIONS] COMMAND\n\nRuns containers on many machines as one.");
        Section(to, "Cluster commands:", CommandTable.All.Where(e => !e.Hidden && !e.Name.Contains(' ', StringComparison.Ordinal))
            .Select(e => (e.Name, e.Summary)));
        Section(to, "Management commands:", CommandTable.Groups.Where(group => !group.Hidden).Select(group => (group.Name, group.Summary)));
        WriteFlags(to, "Options:", App.GlobalFlags);
        to.WriteLine("\nRun 'orch COMMAND --help' for more information on a command.\n\nFirst steps:\n" +
            Indent("orch init\norch service create --name web --replicas 3 busybox sleep 1d\norch service ps web"));
    }

    private static void Commands(TextWriter to, string group)
    {
        to.WriteLine($"Usage:  orch {group} COMMAND\n\n{CommandTable.Groups.Single(g => g.Name == group).Summary}");
        Section(to, "Commands:", CommandTable.All.Where(e => e.Name.StartsWith(group + " ", StringComparison.Ordinal))
            .Select(e => (e.Name[(group.Length + 1)..], e.Summary)));
        to.WriteLine($"\nRun 'orch {group} COMMAND --help' for more information on a command.");
    }

    private static void Section(TextWriter to, string title, IEnumerable<(string Name, string Summary)> entries)
    {
        to.WriteLine("\n" + title);
        foreach (var (name, summary) in entries)
            to.WriteLine($"  {name,-11} {summary}");
    }

    private static void WriteFlags(TextWriter to, string title, IReadOnlyList<Flag> flags)
    {
        to.WriteLine("\n" + title);
        foreach (var flag in flags.Where(f => !f.Hidden))
        {
            var letter = flag.Short == '\0' ? "    " : $"-{flag.Short}, ";
            var name = $"  {letter}--{flag.Name}" + (flag.Kind == FlagKind.Switch ? "" : " " + flag.Type);
            var standard = flag.Default is { } text ? $" (default {text})" : "";
            to.WriteLine($"{name.PadRight(Column)} {(name.Length > Column ? " " : "")}{flag.Help}{standard}");
        }
    }

    private static string Indent(string text) => "  " + text.TrimEnd().Replace("\n", "\n  ", StringComparison.Ordinal);
}
