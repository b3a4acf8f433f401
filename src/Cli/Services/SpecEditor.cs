using Orch.Cli.Parsing;
using Orch.Core.Model.Specs;

namespace Orch.Cli.Services;

/// <summary>
/// The options of <c>service update</c> applied to the spec a service has; what no option names stays as it is, also
/// members that this version does not know.
/// </summary>
internal static class SpecEditor
{
    public static ServiceSpec Apply(ServiceSpec old, ParsedFlags flags, IObjectLookup lookup, Func<string, string?> env)
    {
        var template = old.TaskTemplate ?? new();
        return old with
        {
            Labels = ListEdit.Map(flags, "label", old.Labels) ?? [],
            TaskTemplate = template with
            {
                ContainerSpec = ContainerEditor.Apply(template.ContainerSpec ?? new(), flags, lookup, env),
                Resources = Resources(flags, template.Resources),
                RestartPolicy = SpecParts.Restart(flags, template.RestartPolicy),
                Placement = Placement(flags, template.Placement),
                Networks = Networks(flags, template.Networks ?? old.Networks, lookup),
                LogDriver = SpecParts.Log(flags, template.LogDriver),
                ForceUpdate = template.ForceUpdate + (flags.On("force") ? 1u : 0u),
            },
            Networks = template.Networks is null && flags.HasAny("network-add", "network-rm") ? null : old.Networks,
            Mode = Mode(flags, old.Mode),
            UpdateConfig = SpecParts.Rollout(flags, "update", old.UpdateConfig),
            RollbackConfig = SpecParts.Rollout(flags, "rollback", old.RollbackConfig),
            EndpointSpec = Endpoint(flags, old.EndpointSpec),
        };
    }

    private static ResourceRequirements? Resources(ParsedFlags flags, ResourceRequirements? old)
    {
        if (flags.HasAny("generic-resource-add", "generic-resource-rm"))
        {
            var reservations = old?.Reservations ?? new();
            var removed = flags.All("generic-resource-rm").Select(text => Csv.KeyValue(text).Key).ToHashSet();
            var added = flags.Each("generic-resource-add", OtherSyntax.Resource);
            var kept = (reservations.GenericResources ?? []).Where(resource => Kind(resource) is var kind
                && !removed.Contains(kind) && added.All(a => Kind(a) != kind));
            old = (old ?? new()) with
            {
                Reservations = reservations with { GenericResources = kept.Concat(added).ToList().OrNull() },
            };
        }
        return flags.HasAny("limit-cpu", "limit-memory", "limit-pids", "reserve-cpu", "reserve-memory", "memory-swap", "memory-swappiness")
            ? SpecParts.Resources(flags, old) : old;
    }

    private static string Kind(GenericResource resource) =>
        resource.DiscreteResourceSpec?.Kind ?? resource.NamedResourceSpec?.Kind ?? "";

    private static Placement? Placement(ParsedFlags flags, Placement? old)
    {
        if (!flags.HasAny("constraint-add", "constraint-rm", "placement-pref-add", "placement-pref-rm", "replicas-max-per-node"))
            return old;
        var placement = old ?? new();
        var removed = flags.Each("placement-pref-rm", OtherSyntax.Preference).Select(Descriptor).ToHashSet();
        var preferences = (placement.Preferences ?? []).Where(p => !removed.Contains(Descriptor(p)))
            .Concat(flags.Each("placement-pref-add", OtherSyntax.Preference)).ToList();
        return placement with
        {
            Constraints = ListEdit.Texts(flags, "constraint", placement.Constraints),
            Preferences = preferences.OrNull(),
            MaxReplicas = flags.Has("replicas-max-per-node")
                ? flags.Count("replicas-max-per-node") is > 0 and var max ? max : null
                : placement.MaxReplicas,
        };
    }

    private static string? Descriptor(PlacementPreference preference) => preference.Spread?.SpreadDescriptor;

    private static List<NetworkAttachment>? Networks(
        ParsedFlags flags, List<NetworkAttachment>? old, IObjectLookup lookup)
    {
        if (!flags.HasAny("network-add", "network-rm"))
            return old;
        var removed = flags.All("network-rm").SelectMany(name => new[] { name, lookup.NetworkId(name) }).ToHashSet();
        var added = SpecBuilder.Networks(flags.Each("network-add", OtherSyntax.Network), lookup);
        if (added.FirstOrDefault(a => old?.Any(o => o.Target == a.Target && !removed.Contains(o.Target ?? "")) == true) is { } twice)
            throw new CommandException($"service is already attached to network {twice.Target}");
        return (old ?? []).Where(network => !removed.Contains(network.Target ?? "")).Concat(added).ToList().OrNull();
    }

    private static ServiceMode? Mode(ParsedFlags flags, ServiceMode? old)
    {
        var replicas = flags.Count("replicas");
        if (replicas is null && !flags.Has("max-concurrent"))
            return old;
        if (old?.ReplicatedJob is { } job)
            return old with
            {
                ReplicatedJob = job with
                {
                    TotalCompletions = replicas ?? job.TotalCompletions,
                    MaxConcurrent = flags.Count("max-concurrent") ?? job.MaxConcurrent,
                },
            };
        if (flags.Has("max-concurrent"))
            throw new CommandException("max-concurrent can only be used with replicated-job mode");
        if (old?.Global is not null || old?.GlobalJob is not null)
            throw new CommandException("replicas can only be used with replicated mode");
        return (old ?? new()) with { Replicated = (old?.Replicated ?? new()) with { Replicas = replicas } };
    }

    private static EndpointSpec? Endpoint(ParsedFlags flags, EndpointSpec? old)
    {
        if (!flags.HasAny("endpoint-mode", "publish-add", "publish-rm"))
            return old;
        var endpoint = old ?? new();
        if (flags.Text("endpoint-mode") is { } mode)
            endpoint = endpoint with { Mode = mode };
        var removals = flags.Each("publish-rm", PortSyntax.Removal);
        var added = flags.Each("publish-add", PortSyntax.Parse).SelectMany(ports => ports).ToList();
        var kept = (endpoint.Ports ?? []).Where(port => !removals.Any(removes => removes(port))
            && !added.Any(a => Same(a, port)));
        return endpoint with { Ports = kept.Concat(added).ToList().OrNull() };
    }

    private static bool Same(PortConfig a, PortConfig b) => a.TargetPort == b.TargetPort
        && (a.PublishedPort ?? 0) == (b.PublishedPort ?? 0) && (a.Protocol ?? "tcp") == (b.Protocol ?? "tcp")
        && (a.PublishMode ?? "ingress") == (b.PublishMode ?? "ingress");
}
