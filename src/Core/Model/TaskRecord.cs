namespace Orch.Core.Model;

/// <summary>
/// The one-shot unit of work: a service version in a slot, once on a node. Desired is written by the manager only,
/// Status (beyond assigned) comes from the agent only, and both only ever increase.
/// </summary>
public sealed record TaskRecord
{
    public required TaskId Id { get; init; }
    public required SlotKey Slot { get; init; }
    public required TaskSpec Spec { get; init; }
    public required Timestamp CreatedAt { get; init; }
    public Timestamp UpdatedAt { get; init; }

    /// <summary>Docker's object version: the revision of the last event that touched the task.</summary>
    public ulong Version { get; init; }

    /// <summary>None until the scheduler placed it.</summary>
    public NodeId NodeId { get; init; }

    /// <summary>The generic resources it was given there.</summary>
    public IReadOnlyList<AssignedResource>? Resources { get; init; }

    /// <summary>
    /// Its addresses in the <see cref="NetworkOrder"/>: the first is that of its primary network. It has them until it ended; the
    /// record remembers them longer.
    /// </summary>
    public IReadOnlyList<TaskAddress> Addresses { get; init; } = [];

    /// <summary>Ready, running, shutdown or remove.</summary>
    public TaskState Desired { get; init; } = TaskState.Running;
    public required ObservedStatus Status { get; init; }

    /// <summary>When a restart delay ends: until then the task is wanted ready, not running.</summary>
    public Timestamp NotBefore { get; init; }

    /// <summary>
    /// When it was first seen running, by the manager's clock (durable: update monitors and restart back-off count from it).
    /// </summary>
    public Timestamp RunningSince { get; init; }
    public RestartHistory Restarts { get; init; } = RestartHistory.None;

    public ServiceId ServiceId => Spec.ServiceId;
    public TaskState State => Status.State;

    /// <summary>It should run and may still: neither told to stop nor ended.</summary>
    public bool IsAlive => Desired <= TaskState.Running && !State.IsTerminal();

    /// <summary>
    /// Its node must be on its networks for it. One that failed still counts until it is given up: its replacement is not to
    /// find the network taken down.
    /// </summary>
    public bool NeedsNetworks => Addresses.Count > 0 && (Desired <= TaskState.Running || !State.IsTerminal());

    /// <summary>It takes room on its node: assigned there and not known to have ended.</summary>
    public bool HoldsResources => !NodeId.IsNone && !State.IsTerminal();

    /// <summary>web.1.abc… — Docker's container name.</summary>
    public string Name => $"{Spec.ServiceName}.{Slot}.{Id}";
}

/// <summary>What was last observed of a task.</summary>
public sealed record ObservedStatus
{
    public required TaskState State { get; init; }
    public required Timestamp At { get; init; }
    public string? Message { get; init; }

    /// <summary>Why it does not run, in words a user can act on.</summary>
    public string? Error { get; init; }
    public string? ContainerId { get; init; }
    public long Pid { get; init; }
    public int? ExitCode { get; init; }

    /// <summary>Host-mode ports as the engine bound them.</summary>
    public IReadOnlyList<BoundPort>? Ports { get; init; }

    /// <summary>
    /// It ran, and its node is starting it again after it was down itself. Never durable: a node says it when it reports.
    /// </summary>
    public bool Restarting { get; init; }

    /// <summary>Times the agent re-ran the container itself while it had no manager.</summary>
    public uint LocalRestarts { get; init; }
}

public sealed record BoundPort(string Name, string Protocol, uint TargetPort, uint PublishedPort);

/// <summary>
/// What a slot remembers of its restarts, handed from a task to its replacement so that a new leader counts the same.
/// </summary>
public sealed record RestartHistory
{
    public static readonly RestartHistory None = new();

    /// <summary>Failures in a row without a long enough run between them: drives the back-off.</summary>
    public uint Streak { get; init; }

    /// <summary>Restarts counted against MaxAttempts while the policy has no window.</summary>
    public ulong Attempts { get; init; }

    /// <summary>Moments of restarts inside the policy's window; kept only where it has one, never more than MaxAttempts.</summary>
    public IReadOnlyList<Timestamp>? InWindow { get; init; }
}
