using Orch.Cli.Output;
using Orch.Cli.Parsing;

namespace Orch.Cli.Commands.Stack;

/// <summary>
/// What a deploy would change, for people: a line per object, and below a service a line per key. With --format, for
/// programs: a line per object.
/// </summary>
internal static class StackDiffText
{
    private const int MaxValue = 60;

    /// <summary>False when there is nothing to say.</summary>
    public static bool Write(Invocation call, StackDeployment deployment, bool prune)
    {
        var lines = StackDiffLine.Of(deployment, prune).ToList();
        if (call.Flags.Text("format") is not { Length: > 0 } format)
            ForPeople(call.Out, lines);
        else if (Listing.LineTemplate(format) is var template)
            lines.ForEach(line => call.Out.Write(template.Render(line.Fields()) + "\n"));
        return lines.Count > 0;
    }

    private static void ForPeople(TextWriter to, List<StackDiffLine> lines)
    {
        foreach (var line in lines)
        {
            var sign = line.Action switch { "create" => '+', "remove" => '-', _ => '~' };
            to.WriteLine($"{sign} {line.Kind} {line.Name}" + (line.Effect.Length > 0 ? $": {line.Effect}" : ""));
            foreach (var key in line.Change?.Keys ?? [])
                to.WriteLine($"    {key.Key}: {Shown(key.Before)} → {Shown(key.After)}");
        }
    }

    private static string Shown(string? value) => value is null ? "(none)"
        : value.Length <= MaxValue ? value.ReplaceLineEndings("\\n") : value[..MaxValue].ReplaceLineEndings("\\n") + "…";
}
