using Orch.Core.Model.Specs;

namespace Orch.Core.Commands;

/// <summary>
/// What this version does not carry out yet is refused with words, never accepted and dropped. Each rule leaves with the
/// feature that makes it untrue.
/// </summary>
internal static class NotYet
{
    public static Refusal? Check(ServiceSpec spec)
    {
        var container = spec.TaskTemplate?.ContainerSpec;
        if (container?.Secrets is { Count: > 0 })
            return Unsupported("secrets are not supported by this version of orch");
        if (container?.Configs is { Count: > 0 })
            return Unsupported("configs are not supported by this version of orch");
        foreach (var port in spec.EndpointSpec?.Ports ?? [])
        {
            if (port.PublishMode is null or "" or "ingress")
                return Unsupported(
                    $"publishing port {port.PublishedPort ?? 0}:{port.TargetPort} on every node (ingress) is not supported by this "
                    + $"version of orch: use --publish mode=host,target={port.TargetPort}");
        }
        foreach (var network in spec.TaskTemplate?.Networks ?? spec.Networks ?? [])
        {
            if (network.Target is not ("host" or "none" or "bridge"))
                return Unsupported($"network {network.Target}: only host, none and bridge are supported by this version of orch");
        }
        return null;
    }

    private static Refusal Unsupported(string message) => new(RefusalKind.Unsupported, message);
}
