using System.Collections.Immutable;
using Orch.Agent.Networks;
using Orch.Core.Model.Specs;

namespace Orch.Agent.Tasks;

/// <summary>What must stand before a container with addresses of the cluster's networks can be made.</summary>
public sealed record TaskNetworking
{
    public required string ServiceId { get; init; }
    public required ImmutableArray<NetworkAddress> Addresses { get; init; }

    /// <summary>What the spec says of name servers, for the task's resolv.conf.</summary>
    public DnsConfig? Dns { get; init; }

    internal static TaskNetworking? Of(LocalTask task)
    {
        var addresses = NetworkAddress.From(task.Assignment!.Addresses);
        return addresses.IsEmpty ? null : new()
        {
            ServiceId = task.Assignment.ServiceId,
            Addresses = addresses,
            Dns = task.Spec?.Template.ContainerSpec?.DNSConfig,
        };
    }
}
