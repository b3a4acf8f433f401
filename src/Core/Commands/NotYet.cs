using Orch.Core.Model.Specs;

namespace Orch.Core.Commands;

/// <summary>
/// What this version does not carry out yet is refused with words, never accepted and dropped. Each rule leaves with the
/// feature that makes it untrue.
/// </summary>
public static class NotYet
{
    public static Refusal? Check(ServiceSpec spec)
    {
        foreach (var port in spec.EndpointSpec?.Ports ?? [])
        {
            if (IsIngress(port))
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

    /// <summary>Published on every node, which is what a port is that does not say otherwise.</summary>
    public static bool IsIngress(PortConfig port) => port.PublishMode is null or "" or "ingress";

    private static Refusal Unsupported(string message) => new(RefusalKind.Unsupported, message);
}
