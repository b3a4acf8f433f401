using Orch.Agent.Engine;
using Orch.Agent.Networks;
using Orch.Core.Networking;

namespace Orch.Agent.Tasks;

/// <summary>
/// Which TCP ports tell that a container is ready: all that its service publishes, else any that its image exposes; none
/// where a health check tells better, or nothing says where it listens.
/// </summary>
public sealed record PortProbe(IpAddr Address, IReadOnlyList<ushort> Ports, bool All)
{
    /// <summary>Published ports are meant to answer; an exposed one is a hint that many images give without need.</summary>
    public TimeSpan Patience => TimeSpan.FromSeconds(All ? 30 : 3);

    /// <summary>Null: it has no address.</summary>
    internal static PortProbe? Of(LocalTask task, ImageFacts? image, bool hasHealthcheck)
    {
        if (task.Assignment is null || NetworkAddress.From(task.Assignment.Addresses) is not [var primary, ..])
            return null;
        if (hasHealthcheck)
            return new(primary.Address, [], All: true);
        ushort[] published =
        [
            .. (task.Spec?.Endpoint?.Ports ?? [])
                .Where(port => port.TargetPort is > 0 and <= ushort.MaxValue && PortKey.ProtocolOf(port.Protocol) == PortProtocol.Tcp)
                .Select(port => (ushort)port.TargetPort!.Value).Distinct(),
        ];
        if (published.Length > 0)
            return new(primary.Address, published, All: true);
        return image?.ExposedPorts is { Count: > 0 } exposed ? new(primary.Address, exposed, All: false) : new(primary.Address, [], All: true);
    }
}
