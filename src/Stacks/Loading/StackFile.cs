using Orch.Stacks.Yaml;

namespace Orch.Stacks.Loading;

/// <summary>
/// A stack as its files say together: variables filled in, files merged, every value in canonical form, services of
/// inactive profiles left out.
/// </summary>
public sealed record StackFile(MapNode Root)
{
    /// <summary>The environment and, behind it, .env or what was named instead: where secrets and configs may come from.</summary>
    public Func<string, string?> Variable { get; init; } = _ => null;

    /// <summary>The name the file gives itself, for a command that was given none.</summary>
    public string? Name => (Root["name"] as ScalarNode)?.Text;
    public MapNode Services => Section("services");
    public MapNode Networks => Section("networks");
    public MapNode Volumes => Section("volumes");
    public MapNode Secrets => Section("secrets");
    public MapNode Configs => Section("configs");

    private MapNode Section(string name) => Root[name] as MapNode ?? MapNode.Empty(Root.At);
}
