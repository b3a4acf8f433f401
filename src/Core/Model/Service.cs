using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orch.Core.Model.Specs;

namespace Orch.Core.Model;

/// <summary>A service: what the user asked for, what its tasks run now, and how an update of it goes.</summary>
public sealed record Service
{
    public required ServiceId Id { get; init; }
    public required ServiceSpec Spec { get; init; }
    public ServiceSpec? PreviousSpec { get; init; }
    public required Timestamp CreatedAt { get; init; }
    public required Timestamp UpdatedAt { get; init; }

    /// <summary>Docker's object version: what an update must name to be accepted.</summary>
    public required ulong Version { get; init; }

    /// <summary>The current template; a task with another <see cref="TaskSpec.Version"/> is outdated.</summary>
    public required TaskSpec TaskSpec { get; init; }

    /// <summary>When the present spec was given; never in states written before this was kept.</summary>
    public Timestamp SpecAt { get; init; }

    /// <summary>The specs before the present one, oldest first; stored beside the service, one by one.</summary>
    [JsonIgnore]
    public ImmutableArray<ServiceRevision> History { get; init; } = [];

    /// <summary>The number of the present spec: the first is 1, every change counts one up.</summary>
    [JsonIgnore]
    public ulong Revision => History.IsEmpty ? 1 : History[^1].Number + 1;

    /// <summary>The template before it, what a rollback goes back to.</summary>
    public TaskSpec? PreviousTaskSpec { get; init; }

    /// <summary>Published ports with the numbers that were chosen for those left open.</summary>
    public IReadOnlyList<PortConfig> Ports { get; init; } = [];

    /// <summary>One for each of its networks, in their order; none where names give the addresses of the tasks.</summary>
    public IReadOnlyList<ServiceVip> VirtualIps { get; init => field = value ?? []; } = [];
    public UpdateProgress? Update { get; init; }

    /// <summary>When the present run of a job was asked for; never for other services.</summary>
    public Timestamp LastExecution { get; init; }

    public bool IsGlobal => Spec.Mode is { Global: not null } or { GlobalJob: not null };

    /// <summary>Its tasks end by themselves; every update is a new run of all of them.</summary>
    public bool IsJob => Spec.IsJob;

    /// <summary>Wanted number of slots, for a job: of completions; only for services that are not global.</summary>
    public ulong Replicas => Spec.Mode?.ReplicatedJob is { } job ? job.Completions : Spec.Mode?.Replicated?.Replicas ?? 1;

    /// <summary>The services that must be so far before tasks of this one start.</summary>
    public IReadOnlyList<ServiceDependency> DependsOn => ServiceDependency.Of(Spec);

    public bool IsUpdating => Update is { State: UpdateState.Updating or UpdateState.RollbackStarted };

    /// <summary>Its update goes on, and back by itself when it fails.</summary>
    public bool MayRollBack => Update is { State: UpdateState.Updating } && Spec.UpdateConfig?.FailureAction == "rollback";

    /// <summary>The six knobs in force: a rollback follows its own.</summary>
    public UpdateConfig? ActiveUpdateConfig =>
        Update is { State: UpdateState.RollbackStarted or UpdateState.RollbackPaused or UpdateState.RollbackCompleted }
            ? Spec.RollbackConfig : Spec.UpdateConfig;
}

/// <summary>A spec that a service had, and when it was given.</summary>
public sealed record ServiceRevision(ulong Number, Timestamp At, ServiceSpec Spec)
{
    /// <summary>Specs kept of a service, the present one among them.</summary>
    public const int Kept = 10;
}

[JsonConverter(typeof(JsonStringEnumConverter<UpdateState>))]
public enum UpdateState
{
    [JsonStringEnumMemberName("updating")] Updating = 1,
    [JsonStringEnumMemberName("paused")] Paused = 2,
    [JsonStringEnumMemberName("completed")] Completed = 3,
    [JsonStringEnumMemberName("rollback_started")] RollbackStarted = 4,
    [JsonStringEnumMemberName("rollback_paused")] RollbackPaused = 5,
    [JsonStringEnumMemberName("rollback_completed")] RollbackCompleted = 6,
}

/// <summary>Where an update stands. Failures counts tasks of the new version that ended too early; durable, so that a new
/// leader neither forgives nor counts twice.</summary>
public sealed record UpdateProgress
{
    public required UpdateState State { get; init; }
    public required Timestamp StartedAt { get; init; }
    public Timestamp CompletedAt { get; init; }
    public required string Message { get; init; }
    public uint Failures { get; init; }
}
