using Orch.Stacks.Changes;
using Orch.Stacks.Conversion;

namespace Orch.Cli.Commands.Stack;

/// <summary>A secret or config that the cluster has with other labels than the file says. Kind is secret or config.</summary>
internal sealed record FileLabels(string Kind, NamedObject Found, PlannedFile File)
{
    public bool Differ => Keys.Any();

    /// <summary>No task notices.</summary>
    public ServiceChange Change => new(Found.Name, ChangeKind.Update, ReplacesTasks: false, [.. Keys]);

    private IEnumerable<KeyChange> Keys =>
        from key in Found.Labels.Keys.Union(File.Labels.Keys).Order(StringComparer.Ordinal)
        let before = Found.Labels.GetValueOrDefault(key)
        let after = File.Labels.GetValueOrDefault(key)
        where before != after
        select new KeyChange($"labels.{key}", before, after);
}
