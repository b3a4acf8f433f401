using Orch.Stacks.Changes;

namespace Orch.Cli.Commands.Stack;

/// <summary>One object that a deploy would create, update or remove.</summary>
internal sealed record StackDiffLine(string Action, string Kind, string Name)
{
    public string Effect { get; init; } = "";
    public ServiceChange? Change { get; init; }

    public static IEnumerable<StackDiffLine> Of(StackDeployment deployment, bool prune)
    {
        foreach (var network in deployment.NewNetworks)
            yield return new("create", "network", network.Name);
        foreach (var file in deployment.NewFiles)
            yield return new("create", file.Kind == Orch.Stacks.Conversion.FileKind.Secret ? "secret" : "config", file.Name);
        foreach (var file in deployment.RelabelledFiles)
            yield return new("update", file.Kind, file.Found.Name) { Effect = "its labels change", Change = file.Change };
        foreach (var change in deployment.Changes)
        {
            if (change.Kind == ChangeKind.Create)
                yield return new("create", "service", change.Service);
            else if (change.Kind == ChangeKind.Update)
                yield return new("update", "service", change.Service) { Effect = EffectOf(deployment, change), Change = change };
        }
        if (prune)
            foreach (var (kind, name) in StackPrune.Candidates(deployment))
                yield return new("remove", kind, name);
    }

    /// <summary>What --format shows; Keys are the keys of the file with their values before and after.</summary>
    public Dictionary<string, object?> Fields() => new()
    {
        ["Action"] = Action,
        ["Kind"] = Kind,
        ["Name"] = Name,
        ["Effect"] = Effect,
        ["ReplacesTasks"] = Change?.ReplacesTasks ?? false,
        ["Keys"] = (Change?.Keys ?? []).Select(key => (object?)new Dictionary<string, object?>
        {
            ["Key"] = key.Key,
            ["Before"] = key.Before,
            ["After"] = key.After,
        }).ToList(),
    };

    private static string EffectOf(StackDeployment deployment, ServiceChange change)
    {
        if (!change.ReplacesTasks)
            return "its tasks keep running";
        var spec = deployment.Current[change.Service].Spec;
        if (spec.IsJob)
            return "the job runs again";
        return spec.Mode?.Global is not null ? "all its tasks restart" : $"its tasks restart ({spec.Mode?.Replicated?.Replicas ?? 1})";
    }
}
