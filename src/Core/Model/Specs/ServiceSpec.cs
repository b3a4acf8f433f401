using System.Text.Json.Serialization;

namespace Orch.Core.Model.Specs;

/// <summary>
/// What the user asked for, in Docker's JSON names. Absent members mean "default"; defaults are applied where they
/// are used (<see cref="SpecDefaults"/>), never written into the spec, so that a read-modify-write changes nothing unasked.
/// Durations are nanoseconds, memory is bytes, CPU is billionths of a core.
/// </summary>
public sealed record ServiceSpec : SpecObject
{
    /// <summary>Absent in JSON means empty: the generated reader would hand on null otherwise.</summary>
    public string Name { get; init => field = value ?? ""; } = "";
    public Dictionary<string, string>? Labels { get; init; }
    public TaskTemplate? TaskTemplate { get; init; }
    public ServiceMode? Mode { get; init; }
    public UpdateConfig? UpdateConfig { get; init; }
    public UpdateConfig? RollbackConfig { get; init; }
    public EndpointSpec? EndpointSpec { get; init; }

    [JsonIgnore]
    public bool IsJob => Mode is { ReplicatedJob: not null } or { GlobalJob: not null };

    /// <summary>The deprecated place of <see cref="TaskTemplate.Networks"/>; read when that one is absent.</summary>
    public List<NetworkAttachment>? Networks { get; init; }
}

/// <summary>Exactly one member is set; none means one replica.</summary>
public sealed record ServiceMode : SpecObject
{
    public ReplicatedMode? Replicated { get; init; }
    public GlobalMode? Global { get; init; }
    public ReplicatedJobMode? ReplicatedJob { get; init; }
    public GlobalMode? GlobalJob { get; init; }
}

public sealed record ReplicatedMode : SpecObject
{
    public ulong? Replicas { get; init; }
}

public sealed record GlobalMode : SpecObject;

/// <summary>So many tasks to complete, no more than so many of them at a time; each absent means the other, both one.</summary>
public sealed record ReplicatedJobMode : SpecObject
{
    public ulong? MaxConcurrent { get; init; }
    public ulong? TotalCompletions { get; init; }

    [JsonIgnore]
    public ulong Completions => TotalCompletions ?? MaxConcurrent ?? 1;

    /// <summary>The bound on live tasks; 0 was given for "no bound of its own".</summary>
    [JsonIgnore]
    public ulong Concurrency => MaxConcurrent is > 0 and var max ? Math.Min(max, Completions) : Completions;
}

/// <summary>How an update or a rollback proceeds. Parallelism 0 means all at once; order is stop-first or start-first.</summary>
public sealed record UpdateConfig : SpecObject
{
    public ulong? Parallelism { get; init; }
    public long? Delay { get; init; }
    public string? FailureAction { get; init; }
    public long? Monitor { get; init; }
    public double? MaxFailureRatio { get; init; }
    public string? Order { get; init; }

    /// <summary>
    /// orch's own member: nanoseconds after which a new task that never got to running counts as a failure; absent: 10 min,
    /// 0: it may take for ever, as under Swarm. An update that leaves it out keeps it, since Docker's clients do not know it.
    /// </summary>
    public long? ProgressDeadline { get; init; }
}

public sealed record EndpointSpec : SpecObject
{
    /// <summary>vip (default) or dnsrr.</summary>
    public string? Mode { get; init; }
    public List<PortConfig>? Ports { get; init; }
}

/// <summary>One published port. PublishedPort absent or 0: chosen by the cluster (ingress) or the engine (host).</summary>
public sealed record PortConfig : SpecObject
{
    public string? Name { get; init; }
    public string? Protocol { get; init; }
    public uint? TargetPort { get; init; }
    public uint? PublishedPort { get; init; }
    public string? PublishMode { get; init; }

    /// <summary>Published on every node, which is what a port is that does not say otherwise.</summary>
    [JsonIgnore]
    public bool IsIngress => PublishMode is null or "" or "ingress";
}
