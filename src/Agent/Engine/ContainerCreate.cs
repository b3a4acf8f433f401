using Orch.Core.Model.Specs;

namespace Orch.Agent.Engine;

/// <summary>The body of <c>POST /containers/create</c>, in the engine's names. Absent members are the engine's defaults.</summary>
public sealed record ContainerCreate
{
    public required string Image { get; init; }
    public string? Hostname { get; init; }
    public string? User { get; init; }
    public IReadOnlyDictionary<string, EmptyObject>? ExposedPorts { get; init; }
    public bool? Tty { get; init; }
    public bool? OpenStdin { get; init; }
    public IReadOnlyList<string>? Env { get; init; }
    public IReadOnlyList<string>? Cmd { get; init; }
    public IReadOnlyList<string>? Entrypoint { get; init; }
    public string? WorkingDir { get; init; }
    public HealthConfig? Healthcheck { get; init; }
    public string? StopSignal { get; init; }

    /// <summary>Seconds; the engine uses it when it stops containers on its own account.</summary>
    public int? StopTimeout { get; init; }
    public required IReadOnlyDictionary<string, string> Labels { get; init; }
    public required HostConfig HostConfig { get; init; }
    public NetworkingConfig? NetworkingConfig { get; init; }

    /// <summary>Of the only endpoint; where API versions before 1.44 look for it.</summary>
    public string? MacAddress { get; init; }
}

/// <summary>The container's endpoints by the engine's name of the network.</summary>
public sealed record NetworkingConfig(IReadOnlyDictionary<string, EndpointConfig> EndpointsConfig);

/// <summary>An address and a hardware address of our choice. GwPriority 1: the default route (from API 1.48).</summary>
public sealed record EndpointConfig(EndpointAddress IPAMConfig, string? MacAddress, int? GwPriority = null);

public sealed record EndpointAddress(string IPv4Address);

/// <summary>The part of a container that depends on the machine.</summary>
public sealed record HostConfig
{
    public string? NetworkMode { get; init; }
    public IReadOnlyDictionary<string, IReadOnlyList<PortBinding>>? PortBindings { get; init; }
    public required EngineRestartPolicy RestartPolicy { get; init; }
    public IReadOnlyList<Mount>? Mounts { get; init; }
    public IReadOnlyList<string>? GroupAdd { get; init; }
    public IReadOnlyList<string>? CapAdd { get; init; }
    public IReadOnlyList<string>? CapDrop { get; init; }
    public IReadOnlyList<string>? Dns { get; init; }
    public IReadOnlyList<string>? DnsSearch { get; init; }
    public IReadOnlyList<string>? DnsOptions { get; init; }
    public IReadOnlyList<string>? ExtraHosts { get; init; }
    public IReadOnlyList<string>? SecurityOpt { get; init; }
    public IReadOnlyDictionary<string, string>? Sysctls { get; init; }
    public IReadOnlyList<Ulimit>? Ulimits { get; init; }
    public bool? Init { get; init; }
    public bool? ReadonlyRootfs { get; init; }
    public string? Isolation { get; init; }
    public long? OomScoreAdj { get; init; }
    public long? NanoCpus { get; init; }
    public long? Memory { get; init; }
    public long? MemoryReservation { get; init; }
    public long? MemorySwap { get; init; }
    public long? MemorySwappiness { get; init; }
    public bool? Privileged { get; init; }
    public IReadOnlyList<DeviceMapping>? Devices { get; init; }
    public IReadOnlyList<string>? DeviceCgroupRules { get; init; }
    public long? ShmSize { get; init; }
    public string? PidMode { get; init; }
    public string? IpcMode { get; init; }
    public string? UTSMode { get; init; }
    public string? UsernsMode { get; init; }
    public string? CgroupnsMode { get; init; }
    public string? CgroupParent { get; init; }
    public IReadOnlyDictionary<string, string>? StorageOpt { get; init; }
    public string? Runtime { get; init; }
    public string? CpusetCpus { get; init; }
    public string? CpusetMems { get; init; }
    public long? CpuShares { get; init; }
    public int? BlkioWeight { get; init; }
    public long? PidsLimit { get; init; }
    public LogConfig? LogConfig { get; init; }
}

/// <summary>HostPort empty: the engine picks one.</summary>
public sealed record PortBinding(string HostPort);

/// <summary>Always "no": restarting is decided by the manager or the agent, never by two parties.</summary>
public sealed record EngineRestartPolicy(string Name);

public sealed record LogConfig(string Type, IReadOnlyDictionary<string, string>? Config);

/// <summary>The value of a set written as a JSON object.</summary>
public sealed record EmptyObject;
