using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Stacks.Conversion;

namespace Orch.Stacks.Changes;

/// <summary>
/// A spec with its defaults written one way, lists without an order sorted, and what follows from names (ids, the note
/// of the image as the file has it) left out: what is the same here makes the same service.
/// </summary>
internal static class NeutralSpec
{
    public static ServiceSpec Of(ServiceSpec spec)
    {
        var template = spec.TaskTemplate ?? new();
        return spec with
        {
            Labels = spec.Labels?.Where(label => label.Key != StackNames.Image).ToDictionary(),
            Mode = Mode(spec.Mode),
            Networks = null,
            EndpointSpec = Endpoint(spec.EndpointSpec ?? new()),
            TaskTemplate = template with
            {
                Runtime = null,
                Networks = (template.Networks ?? spec.Networks)?.OrderBy(network => network.Target, StringComparer.Ordinal).ToList(),
                ContainerSpec = Container(template.ContainerSpec ?? new()),
                Placement = template.Placement is { } placement ? placement with { Constraints = Sorted(placement.Constraints) } : null,
            },
        };
    }

    /// <summary>Numbers that are not given, as the manager completes them.</summary>
    private static ServiceMode Mode(ServiceMode? mode) => mode switch
    {
        { Global: not null } or { GlobalJob: not null } => mode,
        { ReplicatedJob: { } job } => mode with
        {
            ReplicatedJob = job with { MaxConcurrent = job.MaxConcurrent ?? job.Completions, TotalCompletions = job.Completions },
        },
        _ => new() { Replicated = new() { Replicas = mode?.Replicated?.Replicas ?? 1 } },
    };

    private static ContainerSpec Container(ContainerSpec container) => container with
    {
        Privileges = SpecFingerprint.WithoutDefaults(container.Privileges),
        Isolation = container.Isolation is "default" ? null : container.Isolation,
        Env = Sorted(container.Env),
        Groups = Sorted(container.Groups),
        CapabilityAdd = Sorted(container.CapabilityAdd),
        CapabilityDrop = Sorted(container.CapabilityDrop),
        Mounts = container.Mounts?.OrderBy(mount => mount.Target, StringComparer.Ordinal).ToList(),
        Secrets = Files(container.Secrets),
        Configs = Files(container.Configs),
    };

    private static List<FileReference>? Files(List<FileReference>? files) => files?.Select(file => file with { SecretID = null, ConfigID = null })
        .OrderBy(file => file.File?.Name, StringComparer.Ordinal).ThenBy(file => file.SecretName ?? file.ConfigName, StringComparer.Ordinal).ToList();

    private static EndpointSpec Endpoint(EndpointSpec endpoint) => endpoint with
    {
        Mode = endpoint.Mode is "vip" ? null : endpoint.Mode,
        Ports = endpoint.Ports?.Select(SpecFingerprint.WithoutDefaults).OrderBy(port => port.TargetPort)
            .ThenBy(port => port.Protocol, StringComparer.Ordinal).ThenBy(port => port.PublishedPort)
            .ThenBy(port => port.PublishMode, StringComparer.Ordinal).ToList(),
    };

    private static List<string>? Sorted(List<string>? list) => list?.Order(StringComparer.Ordinal).ToList();
}
