using Orch.Contracts.Machine;

namespace Orch.Contracts.Security;

/// <summary>
/// What a manager has beside its certificate, for a machine that becomes one, too: where the cluster's state is and the keys that
/// its secrets are sealed with. Only ever sent over a connection on which both ends proved to be managers.
/// </summary>
public sealed record ManagerBundle
{
    /// <summary>The key ring, as the file says it.</summary>
    public required string Keys { get; init; }

    /// <summary>The store's address, with its password or token.</summary>
    public required string Store { get; init; }

    /// <summary>What a further Consul server beside a manager needs; null where orch runs none.</summary>
    public EmbeddedConsul? Consul { get; init; }

    /// <summary>All of it is secret.</summary>
    public override string ToString() => "what a manager needs";
}
