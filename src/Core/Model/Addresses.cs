namespace Orch.Core.Model;

/// <summary>The virtual address of a service in a network: one for all of its tasks there.</summary>
public sealed record ServiceVip(NetworkId Network, string Address);

/// <summary>A task's own address in a network.</summary>
public sealed record TaskAddress(NetworkId Network, string Address);
