using System.Collections.Immutable;
using Orch.Contracts.Agent;
using Orch.Core.Networking;

namespace Orch.Agent.Networks;

/// <summary>What names and load balancing must know of a service.</summary>
public sealed record ServiceEntry
{
    public required string Id { get; init; }
    public required string Name { get; init; }

    /// <summary>The stack it belongs to, or empty.</summary>
    public string Stack { get; init; } = "";

    /// <summary>By id, internal ones last: the first carries its published ports.</summary>
    public ImmutableArray<ServiceNetwork> Networks { get; init; } = [];
    public ImmutableArray<ServiceEntryPort> Ports { get; init; } = [];

    /// <summary>Connections of one client address go to one task.</summary>
    public bool Affinity { get; init; }

    /// <summary>Where this machine has serving tasks of it, others get nothing from here.</summary>
    public bool PrefersLocal { get; init; }

    public ServiceNetwork? On(string network)
    {
        foreach (var attached in Networks)
        {
            if (attached.NetworkId == network)
                return attached;
        }
        return null;
    }

    public static ServiceEntry From(ServiceEndpoint message) => new()
    {
        Id = message.Id,
        Name = message.Name,
        Stack = message.Stack,
        Networks = [.. message.Networks.Select(ServiceNetwork.From)],
        Ports = [.. message.Ports.Select(ServiceEntryPort.From)],
        Affinity = message.Affinity,
        PrefersLocal = message.PrefersLocal,
    };
}

/// <summary>Vip null: its names give the addresses of its tasks.</summary>
public sealed record ServiceNetwork(string NetworkId, IpAddr? Vip, ImmutableArray<string> Aliases)
{
    public static ServiceNetwork From(NetworkAttachment message) => new(
        message.NetworkId, IpAddr.TryParse(message.Vip, out var vip) ? vip : null, [.. message.Aliases]);
}

/// <summary>
/// A port of a service. Published 0: only the target is known. KeepsClient: tasks on other machines see the client's
/// address, too.
/// </summary>
public sealed record ServiceEntryPort(
    string Name, PortProtocol Protocol, ushort Target, ushort Published, bool Ingress, IpAddr? HostAddress, bool KeepsClient = false)
{
    public static ServiceEntryPort From(ServicePort message) => new(
        message.Name, PortKey.ProtocolOf(message.Protocol), (ushort)message.TargetPort, (ushort)message.PublishedPort,
        message.Ingress, IpAddr.TryParse(message.HostAddress, out var address) ? address : null,
        message.KeepsClient);
}
