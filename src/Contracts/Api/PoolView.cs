namespace Orch.Contracts.Api;

/// <summary>
/// A block that subnets of networks are cut from, as <c>/orch/v1/pools</c> lists them, in the order in which they are used.
/// Subnets: how many of them it has in all; Free: in how many nothing lies, neither a network nor a machine's address.
/// </summary>
public sealed record PoolView(string Pool, int SubnetSize, ulong Subnets, ulong Free);

/// <summary>Blocks to add to the pools.</summary>
public sealed record PoolsToAdd(IReadOnlyList<string>? Pools);
