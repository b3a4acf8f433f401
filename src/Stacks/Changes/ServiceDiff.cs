using System.Text.Json;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Stacks.Conversion;

namespace Orch.Stacks.Changes;

/// <summary>
/// What a deploy changes about a service. What the cluster itself added to a spec (a digest, a default) is no change,
/// so that deploying the same file twice touches no task.
/// </summary>
public static class ServiceDiff
{
    public static ServiceChange Of(ServiceSpec? current, ServiceSpec wanted)
    {
        if (current is null)
            return new(wanted.Name, ChangeKind.Create, ReplacesTasks: false, []);
        var (before, after) = (NeutralSpec.Of(current), NeutralSpec.Of(Carry(current, wanted)));
        if (SpecEquality.Same(before, after))
            return new(wanted.Name, ChangeKind.None, ReplacesTasks: false, []);
        var keys = Keys(before, after);
        var replaces = wanted.IsJob || SpecFingerprint.Of(before.TaskTemplate ?? new(), before.EndpointSpec) !=
            SpecFingerprint.Of(after.TaskTemplate ?? new(), after.EndpointSpec);
        return new(wanted.Name, ChangeKind.Update, replaces, keys);
    }

    /// <summary>
    /// The spec to send: counters go on from where they are, an image that the file names as before stays pinned to the
    /// digest (and to the platforms of it) that it runs with unless a newer one is known, and a deadline that the file
    /// does not speak of stays. What was asked of machines does not: an empty member says so, an absent one would keep it.
    /// </summary>
    public static ServiceSpec Carry(ServiceSpec current, ServiceSpec wanted)
    {
        var (old, template) = (current.TaskTemplate, wanted.TaskTemplate!);
        var (container, placement) = (template.ContainerSpec!, template.Placement);
        if (old?.ContainerSpec is { } running && IsSame(running.Image, container.Image, Label(current) == Label(wanted)))
        {
            container = container with { Image = running.Image };
            if (placement?.Platforms is null && Label(wanted)?.Contains('@') != true && old.Placement?.Platforms is { } platforms)
                placement = (placement ?? new()) with { Platforms = platforms };
        }
        if (container.HostConfig is null && old?.ContainerSpec?.HostConfig is not null)
            container = container with { HostConfig = new() };
        return wanted with
        {
            TaskTemplate = template with { ContainerSpec = container, Placement = placement, ForceUpdate = old?.ForceUpdate ?? 0 },
            UpdateConfig = Carry(current.UpdateConfig, wanted.UpdateConfig),
            RollbackConfig = Carry(current.RollbackConfig, wanted.RollbackConfig),
        };
    }

    /// <summary>The very image that runs, or the tag it was pinned from, as the file had it before.</summary>
    private static bool IsSame(string running, string wanted, bool isNamedAsBefore) =>
        wanted.Contains('@', StringComparison.Ordinal) ? running == wanted
            : isNamedAsBefore && running.StartsWith(wanted + "@", StringComparison.Ordinal);

    private static UpdateConfig? Carry(UpdateConfig? current, UpdateConfig? wanted) =>
        wanted is { ProgressDeadline: null } ? wanted with { ProgressDeadline = current?.ProgressDeadline } : wanted;

    private static string? Label(ServiceSpec spec) => spec.Labels?.GetValueOrDefault(StackNames.Image);

    private static List<KeyChange> Keys(ServiceSpec before, ServiceSpec after)
    {
        var (old, now) = (Lines(before), Lines(after));
        var changes = new List<KeyChange>();
        foreach (var path in old.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
        {
            var (was, becomes) = (old.GetValueOrDefault(path), now.GetValueOrDefault(path));
            if (was != becomes)
                changes.Add(new(ComposeKeys.Of(path), was, becomes));
        }
        return changes;
    }

    private static SortedDictionary<string, string> Lines(ServiceSpec spec)
    {
        using var document = JsonDocument.Parse(SpecJson.Write(spec));
        return SpecText.Flatten(document.RootElement);
    }
}
