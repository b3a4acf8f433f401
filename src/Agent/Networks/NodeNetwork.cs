using System.Collections.Immutable;
using System.Globalization;
using Orch.Contracts.Agent;
using Orch.Core.Networking;

namespace Orch.Agent.Networks;

/// <summary>A network of the cluster as this machine needs it.</summary>
public sealed record NodeNetwork
{
    /// <summary>Names that the kernel and the engine show; what carries one of them is ours.</summary>
    public const string BridgePrefix = "or-";
    public const string VxlanPrefix = "ox-";
    public const string EnginePrefix = "orch-";

    public required string Id { get; init; }

    /// <summary>The user's word for it, for messages.</summary>
    public required string Name { get; init; }
    public required uint Vni { get; init; }
    public required ImmutableArray<IpPrefix> Subnets { get; init; }

    /// <summary>This machine's own address in it: the containers' gateway and name server.</summary>
    public required IpAddr BridgeAddress { get; init; }
    public bool IsInternal { get; init; }

    /// <summary>Only for published ports: no service has a name there.</summary>
    public bool IsIngress { get; init; }
    public ImmutableDictionary<string, string> Options { get; init; } = ImmutableDictionary<string, string>.Empty;

    public string BridgeName => BridgePrefix + Vni.ToString(CultureInfo.InvariantCulture);
    public string VxlanName => VxlanPrefix + Vni.ToString(CultureInfo.InvariantCulture);

    /// <summary>What the engine calls it.</summary>
    public string EngineName => EnginePrefix + Id;

    /// <summary>Null when the message says something that cannot be: such a network is not used.</summary>
    public static NodeNetwork? From(NetworkAssignment message)
    {
        if (!IpAddr.TryParse(message.BridgeAddress, out var bridge))
            return null;
        var subnets = ImmutableArray.CreateBuilder<IpPrefix>(message.Subnets.Count);
        foreach (var subnet in message.Subnets)
        {
            if (!IpPrefix.TryParse(subnet.Block, out var block))
                return null;
            subnets.Add(block);
        }
        return subnets.Count == 0 ? null : new()
        {
            Id = message.Id,
            Name = message.Name,
            Vni = message.Vni,
            Subnets = subnets.MoveToImmutable(),
            BridgeAddress = bridge,
            IsInternal = message.Internal,
            IsIngress = message.Ingress,
            Options = message.Options.ToImmutableDictionary(),
        };
    }
}
