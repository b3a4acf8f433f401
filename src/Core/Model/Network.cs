using Orch.Core.Model.Specs;
using Orch.Core.Networking;

namespace Orch.Core.Model;

/// <summary>
/// A network of the cluster with what was allocated to it: subnets that no other network overlaps, and the number that
/// tells its packets from those of others (Vni).
/// </summary>
public sealed record Network
{
    /// <summary>
    /// The first number given: those below are left to other programs on the machines (Docker counts from 4096). Networks
    /// of older logs have such, and keep them.
    /// </summary>
    public const uint FirstVni = 0x100000;

    /// <summary>The last that 24 bits can say.</summary>
    public const uint LastVni = 0xFFFFFF;

    /// <summary>What every machine has by itself; their ids are their names.</summary>
    public static readonly IReadOnlyList<string> Predefined = ["bridge", "host", "none"];

    public required NetworkId Id { get; init; }
    public required NetworkSpec Spec { get; init; }
    public required List<NetworkSubnet> Subnets { get; init; }
    public required uint Vni { get; init; }
    public required Timestamp CreatedAt { get; init; }
    public ulong Version { get; init; }
}

/// <summary>Addresses of a network: block and gateway; tasks get theirs from Range, where one was given.</summary>
public sealed record NetworkSubnet(string Block, string Gateway, string? Range = null)
{
    public IpPrefix Prefix => IpPrefix.Parse(Block);
}
