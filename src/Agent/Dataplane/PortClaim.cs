using Orch.Agent.Networks;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>A port that a service publishes on every node: at that address of the machine, or at all of them.</summary>
internal readonly record struct PortClaim(PortKey Key, IpAddr? Address, ushort Target, bool KeepsClient = false)
{
    public static IEnumerable<PortClaim> Of(ServiceEntry service)
    {
        if (service.Networks.IsEmpty)
            yield break;
        foreach (var port in service.Ports)
        {
            if (port is not { Ingress: true, Published: not 0 })
                continue;
            var address = port.HostAddress is { Value: var value } && value != 0 ? port.HostAddress : null;
            yield return new(new(port.Protocol, port.Published), address, port.Target, port.KeepsClient);
        }
    }

    public override string ToString() => Address is { } address ? $"{address}:{Key}" : Key.ToString();
}
