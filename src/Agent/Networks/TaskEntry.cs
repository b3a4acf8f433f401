using System.Collections.Immutable;
using Orch.Contracts.Agent;
using Orch.Core.Networking;

namespace Orch.Agent.Networks;

/// <summary>A task with addresses, on this machine or another.</summary>
public sealed record TaskEntry
{
    public required string Id { get; init; }
    public required string ServiceId { get; init; }
    public required string NodeId { get; init; }

    /// <summary>0 for global services.</summary>
    public ulong Slot { get; init; }
    public ImmutableArray<NetworkAddress> Addresses { get; init; } = [];

    /// <summary>It may get new connections: it runs, is ready and is not about to stop.</summary>
    public bool Serving { get; init; }

    /// <summary>Where packets to its machine go; empty for this machine's own tasks.</summary>
    public string NodeAddress { get; init; } = "";

    public IpAddr? On(string network)
    {
        foreach (var held in Addresses)
        {
            if (held.NetworkId == network)
                return held.Address;
        }
        return null;
    }

    public static TaskEntry From(TaskEndpoint message) => new()
    {
        Id = message.Id,
        ServiceId = message.ServiceId,
        NodeId = message.NodeId,
        Slot = message.Slot,
        Addresses = NetworkAddress.From(message.Addresses),
        Serving = message.Serving,
        NodeAddress = message.NodeAddress,
    };
}

public readonly record struct NetworkAddress(string NetworkId, IpAddr Address)
{
    /// <summary>Without those that are no addresses.</summary>
    public static ImmutableArray<NetworkAddress> From(IEnumerable<TaskAddress> messages)
    {
        var found = ImmutableArray.CreateBuilder<NetworkAddress>();
        foreach (var message in messages)
        {
            if (IpAddr.TryParse(message.Address, out var address))
                found.Add(new(message.NetworkId, address));
        }
        return found.ToImmutable();
    }
}
