using System.Text;
using System.Text.RegularExpressions;

namespace Orch.Tests.EndToEnd.Compatibility;

/// <summary>A line of commands.txt: one that is compared, by its name, or one without a name that prepares.</summary>
internal sealed partial record CompatCommand(string Group, string? Name, string Text, int Line)
{
    public static IReadOnlyList<CompatCommand> Read(IEnumerable<string> lines)
    {
        var commands = new List<CompatCommand>();
        var group = "";
        foreach (var (number, line) in lines.Index())
        {
            if (line.StartsWith("== ", StringComparison.Ordinal))
                group = line[3..];
            else if (line.StartsWith("! ", StringComparison.Ordinal))
                commands.Add(new(group, null, line[2..], number + 1));
            else if (Named().Match(line) is { Success: true } named)
                commands.Add(new(group, named.Groups[1].Value, named.Groups[2].Value, number + 1));
            else if (line.Length > 0 && line[0] != '#')
                throw new FormatException($"commands.txt:{number + 1}: neither a group, a preparation nor a command: {line}");
        }
        var twice = commands.Where(c => c.Name is not null).GroupBy(c => c.Name).FirstOrDefault(same => same.Count() > 1);
        return twice is null ? commands : throw new FormatException($"commands.txt: {twice.Key} is there twice");
    }

    /// <summary>One bash script for all of them: a shell for each would cost more than the commands.</summary>
    public static string Script(string driver, IEnumerable<CompatCommand> commands)
    {
        var script = new StringBuilder(driver).Append('\n');
        foreach (var command in commands)
        {
            script.Append(command.Name is { } name
                ? $$"""
                    ( {{command.Text}}
                    ) >"$OUT/{{name}}.out" 2>"$OUT/{{name}}.err" </dev/null; echo $? >"$OUT/{{name}}.rc"

                    """
                : $$"""
                    { {{command.Text}}
                    } >/dev/null </dev/null || { echo "the preparation of commands.txt:{{command.Line}} failed" >&2; exit 3; }

                    """);
        }
        return script.ToString();
    }

    [GeneratedRegex("^([a-z0-9-]+): (.+)$")]
    private static partial Regex Named();
}
