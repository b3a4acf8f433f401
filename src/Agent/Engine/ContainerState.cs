namespace Orch.Agent.Engine;

/// <summary>Where a container is in its life, as far as an agent cares.</summary>
public enum ContainerStatus
{
    Created,
    Running,
    Exited,
}

public enum ContainerHealth
{
    /// <summary>The container has no health check.</summary>
    None,
    Starting,
    Healthy,
    Unhealthy,
}

/// <summary>One look at a container.</summary>
public sealed record ContainerState
{
    public required string Id { get; init; }
    public string Name { get; init; } = "";
    public required ContainerStatus Status { get; init; }
    public ContainerHealth Health { get; init; }
    public int ExitCode { get; init; }
    public bool OutOfMemory { get; init; }

    /// <summary>The engine's reason when a container could not run at all.</summary>
    public string Error { get; init; } = "";
    public int Pid { get; init; }

    /// <summary>Unix nanoseconds; 0 when it never happened.</summary>
    public long StartedAt { get; init; }
    public long FinishedAt { get; init; }
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();

    /// <summary>It has a terminal: one output, which the engine does not frame.</summary>
    public bool Tty { get; init; }
    public IReadOnlyList<EnginePort> Ports { get; init; } = [];
}

/// <summary>A port of the container as the engine bound it on the host.</summary>
public readonly record struct EnginePort(string Protocol, uint Target, uint Published);

/// <summary>What is known of a local image. A health check built into the image counts as the task's own.</summary>
public sealed record ImageFacts(string Id, bool HasHealthcheck)
{
    /// <summary>TCP ports that the image says its program listens on.</summary>
    public IReadOnlyList<ushort> ExposedPorts { get; init; } = [];
}

/// <summary>What the engine says of itself and its machine.</summary>
public sealed record EngineInfo
{
    public string Hostname { get; init; } = "";
    public string Architecture { get; init; } = "";
    public string Os { get; init; } = "";
    public long NanoCpus { get; init; }
    public long MemoryBytes { get; init; }
    public string Version { get; init; } = "";
    public bool LiveRestore { get; init; }

    /// <summary>Docker's swarm state: inactive, pending, active, error, locked.</summary>
    public string SwarmState { get; init; } = "";
    public IReadOnlyDictionary<string, string> Labels { get; init; } = new Dictionary<string, string>();
    public IReadOnlyList<(string Type, string Name)> Plugins { get; init; } = [];
    public IReadOnlyList<(string Kind, long Count)> GenericCounts { get; init; } = [];
    public IReadOnlyList<(string Kind, string Name)> GenericNames { get; init; } = [];
}

public enum EngineEventKind
{
    Started,
    Died,
    OutOfMemory,
    Healthy,
    Unhealthy,
    Destroyed,

    /// <summary>Some image came, went or changed its name: what is known of images may be old.</summary>
    ImagesChanged,
}

/// <summary>
/// Something happened to a container (or to images: no container then). <see cref="At"/> is the engine's clock, Unix ns.
/// </summary>
public sealed record EngineEvent(
    EngineEventKind Kind, string Container, IReadOnlyDictionary<string, string> Labels, long At, int ExitCode = 0);
