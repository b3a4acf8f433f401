using Orch.Agent.Engine;
using Orch.Contracts.Agent;
using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>One task as the agent knows it: what is wanted, what was found, what is under way.</summary>
internal sealed class LocalTask(TaskId id)
{
    public TaskId Id { get; } = id;

    /// <summary>Null for an orphan: found by its labels, wanted by nobody yet.</summary>
    public TaskAssignment? Assignment { get; set; }
    public TaskSpec? Spec { get; set; }
    public TaskState Desired { get; set; } = TaskState.Running;
    public bool Removed { get; set; }

    public TaskState State { get; set; }
    public string Message { get; set; } = "";
    public string Error { get; set; } = "";
    public long At { get; set; }

    /// <summary>A manager made the end durable.</summary>
    public bool Recorded { get; set; }
    public bool ReportDue { get; set; }
    public TimeSpan ReportedAt { get; set; }

    public ContainerState? Container { get; set; }
    public List<string> Duplicates { get; } = [];
    public EngineCall? Pending { get; set; }
    public bool MustLook { get; set; }

    /// <summary>Something happened while a look was under way, so what it saw may be old.</summary>
    public bool LookIsOld { get; set; }

    /// <summary>When the present run was asked for (Unix ns): events from before are about an earlier run.</summary>
    public long StartIssuedAt { get; set; }

    public string? Problem { get; set; }
    public ExitPhase Exit { get; set; }
    public bool Succeeded { get; set; }
    public string ExitError { get; set; } = "";
    public int? ExitCode { get; set; }
    public bool Unhealthy { get; set; }
    public bool OutOfMemory { get; set; }
    public RestartLedger Ledger { get; } = new();

    /// <summary>The question under way whether its ports accept connections; 0: none.</summary>
    public long PortsCall { get; set; }

    /// <summary>The present run was asked about.</summary>
    public bool PortsAsked { get; set; }

    /// <summary>Others reach it by its address, so it is ready when they can.</summary>
    public bool HasAddress => Assignment is { Addresses.Count: > 0 };

    /// <summary>It runs, but nobody knows yet whether its ports accept connections.</summary>
    public bool AwaitsPorts => HasAddress && (!PortsAsked || PortsCall != 0);

    /// <summary>An earlier agent started its present run: whatever that one knew of it still holds.</summary>
    public bool Adopted => StartIssuedAt == 0;

    /// <summary>What names and rules were last told: whether it may get new connections. Null: nothing.</summary>
    public bool? ToldFit { get; set; }

    /// <summary>It may get new connections, as far as this machine can tell.</summary>
    public bool IsFit => Container is { Status: ContainerStatus.Running, Health: ContainerHealth.None or ContainerHealth.Healthy }
        && Pending is not (EngineCall.Stop or EngineCall.Kill) && !IsWindingDown && Exit == ExitPhase.None && (Adopted || !AwaitsPorts);

    /// <summary>Why it counts as running although its ports accept nothing; empty otherwise.</summary>
    public string PortsProblem { get; set; } = "";

    public bool StopFailed { get; set; }
    public bool Discard { get; set; }
    /// <summary>Its image was made usable for this very task: what a pull policy of always asks for.</summary>
    public bool Fetched { get; set; }
    public bool ImageVanished { get; set; }
    public int NameConflicts { get; set; }
    public int Refusals { get; set; }
    public TimeSpan DueAt { get; set; }
    public bool Queued { get; set; }

    public PullPolicy Pull => PullPolicies.Of(Spec?.Template.ContainerSpec);

    public string Image => Spec?.Template.ContainerSpec?.Image ?? "";

    /// <summary>Its machine restarted, and it starts after others: a manager that comes in time says when.</summary>
    public bool AwaitsOrder { get; set; }

    /// <summary>It starts after other services (depends_on), which only a manager has in view.</summary>
    public bool HasDependencies => Spec?.ServiceLabels?.ContainsKey(ServiceDependency.Label) == true;

    /// <summary>It is meant to end, so nobody asks why its container did.</summary>
    public bool IsWindingDown => Removed || Desired > TaskState.Running || State.IsTerminal();
}
