using Orch.Stacks.Changes;

namespace Orch.Cli.Commands.Stack;

/// <summary>What a deploy would change, for people: a line per object, and below a service a line per key.</summary>
internal static class StackDiffText
{
    private const int MaxValue = 60;

    /// <summary>False when there is nothing to say.</summary>
    public static bool Write(TextWriter to, StackDeployment deployment, bool prune)
    {
        var any = false;
        void Line(string text)
        {
            any = true;
            to.WriteLine(text);
        }
        foreach (var network in deployment.NewNetworks)
            Line($"+ network {network.Name}");
        foreach (var file in deployment.NewFiles)
            Line($"+ {(file.Kind == Orch.Stacks.Conversion.FileKind.Secret ? "secret" : "config")} {file.Name}");
        foreach (var change in deployment.Changes)
        {
            if (change.Kind == ChangeKind.Create)
                Line($"+ service {change.Service}");
            if (change.Kind != ChangeKind.Update)
                continue;
            Line($"~ service {change.Service}: {Effect(deployment, change)}");
            foreach (var key in change.Keys)
                Line($"    {key.Key}: {Shown(key.Before)} → {Shown(key.After)}");
        }
        if (prune)
            foreach (var (kind, name) in StackPrune.Candidates(deployment))
                Line($"- {kind} {name}");
        return any;
    }

    private static string Effect(StackDeployment deployment, ServiceChange change)
    {
        if (!change.ReplacesTasks)
            return "its tasks keep running";
        var mode = deployment.Current[change.Service].Spec.Mode;
        if (deployment.Current[change.Service].Spec.IsJob)
            return "the job runs again";
        return mode?.Global is not null ? "all its tasks restart" : $"its tasks restart ({mode?.Replicated?.Replicas ?? 1})";
    }

    private static string Shown(string? value) => value is null ? "(none)"
        : value.Length <= MaxValue ? value.ReplaceLineEndings("\\n") : value[..MaxValue].ReplaceLineEndings("\\n") + "…";
}
