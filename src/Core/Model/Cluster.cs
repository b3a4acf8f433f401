using System.Text.Json.Serialization;
using Orch.Core.Networking;

namespace Orch.Core.Model;

/// <summary>The cluster itself. SecretsSealed is opaque here: the CA key and join secrets, enveloped by the manager.</summary>
public sealed record Cluster
{
    public required ClusterId Id { get; init; }
    public string Name { get; init; } = "default";
    public required Timestamp CreatedAt { get; init; }
    public Timestamp UpdatedAt { get; init; }
    public ulong Version { get; init; }
    public byte[]? SecretsSealed { get; init; }
    public ClusterSettings Settings { get; init; } = new();
}

/// <summary>What <c>swarm update</c> may change.</summary>
public sealed record ClusterSettings
{
    /// <summary>Finished tasks kept per slot.</summary>
    public int TaskHistoryLimit { get; init; } = 5;

    public const int MostPools = 64;

    /// <summary>The blocks that subnets of networks are cut from, as given at init and added later; null: 10.128.0.0/9.</summary>
    public IReadOnlyList<string>? DefaultAddrPool { get; init; }

    /// <summary>The prefix length of the subnets, as given at init; null: 20.</summary>
    public int? SubnetSize { get; init; }

    [JsonIgnore]
    public IReadOnlyList<IpPrefix> AddressPools =>
        DefaultAddrPool is { Count: > 0 } given ? [.. given.Select(IpPrefix.Parse)] : [SubnetPool.DefaultPool];

    [JsonIgnore]
    public int SubnetLength => SubnetSize ?? SubnetPool.DefaultLength;

    /// <summary>What is wrong with the pool, or null.</summary>
    public string? PoolProblem()
    {
        var blocks = new List<IpPrefix>();
        foreach (var text in DefaultAddrPool ?? [])
        {
            if (!IpPrefix.TryParse(text, out var block) || block.Base.IsV6)
                return $"invalid default address pool {text}: expected a block such as 10.128.0.0/9";
            if (blocks.Find(other => other.Overlaps(block)) is { Length: > 0 } other)
                return $"the default address pools {other} and {block} overlap";
            blocks.Add(block);
        }
        if (SubnetLength is < 1 or > 29)
            return $"subnets of /{SubnetLength} cannot be given: a network needs a block from /1 to /29";
        var small = AddressPools.FirstOrDefault(block => block.Length > SubnetLength);
        return small != default ? $"subnets of /{SubnetLength} cannot be cut from the default address pool {small}" : null;
    }
}
