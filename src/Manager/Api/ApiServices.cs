using Orch.Contracts.Agent;
using Orch.Contracts.Api;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Images;
using Orch.Manager.Logs;
using Orch.Manager.Sessions;
using Orch.Manager.Writing;

namespace Orch.Manager.Api;

/// <summary>
/// What the control API needs from the rest of the manager. View is the last committed state, immutable; Execute answers
/// when the command is durable; Watch gives the present view with no changes first, then one item per commit.
/// </summary>
public sealed record ApiServices
{
    public required Func<ClusterState> View { get; init; }
    public required Func<ClusterCommand, CancellationToken, Task<Decision>> Execute { get; init; }
    public required Func<CancellationToken, IAsyncEnumerable<Published>> Watch { get; init; }

    /// <summary>The manager that answers, and the one that leads.</summary>
    public required NodeId Self { get; init; }
    public required Func<NodeId> Leader { get; init; }

    /// <summary>What the leader knows of another manager; null: nothing, it has not reported lately.</summary>
    public Func<NodeId, ManagerSighting?> Managers { get; init; } = _ => null;

    /// <summary>The port that managers listen on: shown beside a manager's address.</summary>
    public required int Port { get; init; }
    public required Timestamp StartedAt { get; init; }

    public required Func<JoinTokensView> Tokens { get; init; }

    /// <summary>Makes the worker's, the manager's or both tokens anew; the refusal says why not.</summary>
    public required Func<TokenRotation, CancellationToken, Task<Refusal?>> RotateTokens { get; init; }

    /// <summary>The cluster's CA as every node trusts it.</summary>
    public required Func<TlsInfoView> Tls { get; init; }
    public required Func<StoreStatusView> Store { get; init; }

    /// <summary>Asks registries.</summary>
    public required LocalEngine Engine { get; init; }

    /// <summary>Why this manager cannot do its work now, or null.</summary>
    public required Func<string?> Unhealthy { get; init; }

    /// <summary>What happened lately.</summary>
    public required EventHistory Events { get; init; }

    /// <summary>The logs that nodes keep.</summary>
    public required INodeLogs Logs { get; init; }

    /// <summary>Asks a node's agent a question, for at most that long.</summary>
    public required AskNode Ask { get; init; }
    public required TimeProvider Clock { get; init; }
    public HostFacts Host { get; init; } = HostFacts.Read();
}

/// <summary>A manager that stands by: the revision that it has read, and why it reads nothing newer, or null.</summary>
public sealed record ManagerSighting(ulong Applied, string? Trouble);

public readonly record struct TokenRotation(bool Worker, bool Manager);
