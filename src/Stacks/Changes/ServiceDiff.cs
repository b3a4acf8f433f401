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
        var (before, after) = (Neutral(current), Neutral(Carry(current, wanted)));
        var keys = Keys(before, after);
        if (keys.Count == 0)
            return new(wanted.Name, ChangeKind.None, ReplacesTasks: false, []);
        var replaces = wanted.IsJob || SpecFingerprint.Of(before.TaskTemplate ?? new(), before.EndpointSpec) !=
            SpecFingerprint.Of(after.TaskTemplate ?? new(), after.EndpointSpec);
        return new(wanted.Name, ChangeKind.Update, replaces, keys);
    }

    /// <summary>
    /// The spec to send: counters go on from where they are, and an image that the file names as before stays pinned to
    /// the digest it runs with unless a newer one is known.
    /// </summary>
    public static ServiceSpec Carry(ServiceSpec current, ServiceSpec wanted)
    {
        var (old, template) = (current.TaskTemplate, wanted.TaskTemplate!);
        var container = template.ContainerSpec!;
        var unpinned = !container.Image.Contains('@', StringComparison.Ordinal);
        if (unpinned && old?.ContainerSpec is { } running && Label(current) == Label(wanted)
            && running.Image.StartsWith(container.Image + "@", StringComparison.Ordinal))
            container = container with { Image = running.Image };
        return wanted with { TaskTemplate = template with { ContainerSpec = container, ForceUpdate = old?.ForceUpdate ?? 0 } };
    }

    private static string? Label(ServiceSpec spec) => spec.Labels?.GetValueOrDefault(StackNames.Image);

    /// <summary>Defaults written out and ids, which follow from names, left out.</summary>
    private static ServiceSpec Neutral(ServiceSpec spec)
    {
        var template = spec.TaskTemplate ?? new();
        var container = template.ContainerSpec ?? new();
        return spec with
        {
            Mode = spec.Mode?.Replicated is { } replicated ? new() { Replicated = new() { Replicas = replicated.Replicas ?? 1 } } : spec.Mode,
            Networks = null,
            EndpointSpec = Neutral(spec.EndpointSpec ?? new()),
            TaskTemplate = template with
            {
                Runtime = null,
                Networks = template.Networks ?? spec.Networks,
                ContainerSpec = container with
                {
                    Privileges = SpecFingerprint.WithoutDefaults(container.Privileges),
                    Isolation = container.Isolation is "default" ? null : container.Isolation,
                    Secrets = container.Secrets?.ConvertAll(file => file with { SecretID = null }),
                    Configs = container.Configs?.ConvertAll(file => file with { ConfigID = null }),
                },
            },
        };
    }

    private static EndpointSpec Neutral(EndpointSpec endpoint) => endpoint with
    {
        Mode = endpoint.Mode is "vip" ? null : endpoint.Mode,
        Ports = endpoint.Ports?.ConvertAll(SpecFingerprint.WithoutDefaults),
    };

    private static List<KeyChange> Keys(ServiceSpec before, ServiceSpec after)
    {
        var (old, now) = (Lines(before), Lines(after));
        var changes = new List<KeyChange>();
        foreach (var path in old.Keys.Union(now.Keys).Order(StringComparer.Ordinal))
        {
            var (was, becomes) = (old.GetValueOrDefault(path), now.GetValueOrDefault(path));
            if (was != becomes && !path.StartsWith("Labels." + StackNames.Image, StringComparison.Ordinal))
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
