namespace Orch.Cli.Commands.Stack;

/// <summary>What a deploy would change, for people: a line per object, and below a service a line per key.</summary>
internal static class StackDiffText
{
    private const int MaxValue = 60;

    /// <summary>False when there is nothing to say.</summary>
    public static bool Write(TextWriter to, StackDeployment deployment, bool prune)
    {
        var any = false;
        foreach (var line in StackDiffLine.Of(deployment, prune))
        {
            any = true;
            var sign = line.Action switch { "create" => '+', "remove" => '-', _ => '~' };
            to.WriteLine($"{sign} {line.Kind} {line.Name}" + (line.Effect.Length > 0 ? $": {line.Effect}" : ""));
            foreach (var key in line.Change?.Keys ?? [])
                to.WriteLine($"    {key.Key}: {Shown(key.Before)} → {Shown(key.After)}");
        }
        return any;
    }

    private static string Shown(string? value) => value is null ? "(none)"
        : value.Length <= MaxValue ? value.ReplaceLineEndings("\\n") : value[..MaxValue].ReplaceLineEndings("\\n") + "…";
}
