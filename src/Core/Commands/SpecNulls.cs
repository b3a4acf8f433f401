using Orch.Core.Model.Specs;

namespace Orch.Core.Commands;

/// <summary>
/// A null member means "absent" and is fine; a null inside a list means nothing anybody could have meant, and every
/// rule after this one may rely on there being none.
/// </summary>
internal static class SpecNulls
{
    public static Refusal? Check(ServiceSpec spec)
    {
        foreach (var (name, list) in Lists(spec))
        {
            if (list?.Contains(null) == true)
                return new(RefusalKind.Invalid, $"{name}: the list contains null");
        }
        return null;
    }

    private static IEnumerable<(string Name, IEnumerable<object?>? List)> Lists(ServiceSpec spec)
    {
        var template = spec.TaskTemplate;
        yield return ("Networks", spec.Networks);
        yield return ("EndpointSpec.Ports", spec.EndpointSpec?.Ports);
        yield return ("TaskTemplate.Networks", template?.Networks);
        yield return ("Placement.Constraints", template?.Placement?.Constraints);
        yield return ("Placement.Preferences", template?.Placement?.Preferences);
        yield return ("Placement.Platforms", template?.Placement?.Platforms);
        yield return ("Reservations.GenericResources", template?.Resources?.Reservations?.GenericResources);
        if (template?.ContainerSpec is not { } container)
            yield break;
        yield return ("ContainerSpec.Command", container.Command);
        yield return ("ContainerSpec.Args", container.Args);
        yield return ("ContainerSpec.Env", container.Env);
        yield return ("ContainerSpec.Groups", container.Groups);
        yield return ("ContainerSpec.Mounts", container.Mounts);
        yield return ("ContainerSpec.Hosts", container.Hosts);
        yield return ("ContainerSpec.Secrets", container.Secrets);
        yield return ("ContainerSpec.Configs", container.Configs);
        yield return ("ContainerSpec.CapabilityAdd", container.CapabilityAdd);
        yield return ("ContainerSpec.CapabilityDrop", container.CapabilityDrop);
        yield return ("ContainerSpec.Ulimits", container.Ulimits);
        yield return ("ContainerSpec.DNSConfig.Nameservers", container.DNSConfig?.Nameservers);
        yield return ("ContainerSpec.DNSConfig.Search", container.DNSConfig?.Search);
        yield return ("ContainerSpec.DNSConfig.Options", container.DNSConfig?.Options);
        yield return ("ContainerSpec.HostConfig.Devices", container.HostConfig?.Devices);
        yield return ("ContainerSpec.HostConfig.DeviceCgroupRules", container.HostConfig?.DeviceCgroupRules);
        yield return ("ContainerSpec.HostConfig.SecurityOpt", container.HostConfig?.SecurityOpt);
        yield return ("ContainerSpec.Healthcheck.Test", container.Healthcheck?.Test);
    }
}
