namespace Orch.Core.Model.Specs;

/// <summary>What every task of a service runs. A change here (or of the ports) replaces tasks; other changes do not.</summary>
public sealed record TaskTemplate : SpecObject
{
    public ContainerSpec? ContainerSpec { get; init; }
    public ResourceRequirements? Resources { get; init; }
    public RestartPolicy? RestartPolicy { get; init; }
    public Placement? Placement { get; init; }
    public List<NetworkAttachment>? Networks { get; init; }
    public DriverConfig? LogDriver { get; init; }

    /// <summary>A counter: raising it replaces the tasks although nothing else changed (<c>service update --force</c>).</summary>
    public ulong ForceUpdate { get; init; }
    public string? Runtime { get; init; }
}

/// <summary>Target is a network's id or name.</summary>
public sealed record NetworkAttachment : SpecObject
{
    public string? Target { get; init; }
    public List<string>? Aliases { get; init; }
    public Dictionary<string, string>? DriverOpts { get; init; }
}

public sealed record DriverConfig : SpecObject
{
    public string? Name { get; init; }
    public Dictionary<string, string>? Options { get; init; }
}

public sealed record ResourceRequirements : SpecObject
{
    public Limits? Limits { get; init; }
    public Reservations? Reservations { get; init; }

    /// <summary>Swap beside the limit of memory: -1 unlimited, absent: the engine's default (as much again as memory).</summary>
    public long? SwapBytes { get; init; }

    /// <summary>0 to 100; -1 or absent: the engine's default.</summary>
    public long? MemorySwappiness { get; init; }
}

public sealed record Limits : SpecObject
{
    public long? NanoCPUs { get; init; }
    public long? MemoryBytes { get; init; }
    public long? Pids { get; init; }
}

/// <summary>What the scheduler sets aside on a node, whatever the task really uses.</summary>
public sealed record Reservations : SpecObject
{
    public long? NanoCPUs { get; init; }
    public long? MemoryBytes { get; init; }
    public List<GenericResource>? GenericResources { get; init; }
}

public sealed record GenericResource : SpecObject
{
    public DiscreteResource? DiscreteResourceSpec { get; init; }
    public NamedResource? NamedResourceSpec { get; init; }
}

public sealed record DiscreteResource : SpecObject
{
    public string? Kind { get; init; }
    public long Value { get; init; }
}

public sealed record NamedResource : SpecObject
{
    public string? Kind { get; init; }
    public string? Value { get; init; }
}

/// <summary>Delay absent: back off by orch's own schedule; given: honoured exactly (Swarm's rule).</summary>
public sealed record RestartPolicy : SpecObject
{
    /// <summary>none, on-failure or any (default).</summary>
    public string? Condition { get; init; }
    public long? Delay { get; init; }

    /// <summary>Absent or 0: without limit.</summary>
    public ulong? MaxAttempts { get; init; }

    /// <summary>Nanoseconds over which attempts are counted; absent or 0: for ever.</summary>
    public long? Window { get; init; }
}

public sealed record Placement : SpecObject
{
    public List<string>? Constraints { get; init; }
    public List<PlacementPreference>? Preferences { get; init; }

    /// <summary>Most tasks of this service on one node; absent or 0: without limit.</summary>
    public ulong? MaxReplicas { get; init; }
    public List<PlatformSpec>? Platforms { get; init; }
}

public sealed record PlacementPreference : SpecObject
{
    public SpreadOver? Spread { get; init; }
}

/// <summary>SpreadDescriptor is node.labels.X or engine.labels.X.</summary>
public sealed record SpreadOver : SpecObject
{
    public string? SpreadDescriptor { get; init; }
}

public sealed record PlatformSpec : SpecObject
{
    public string? Architecture { get; init; }
    public string? OS { get; init; }
}
