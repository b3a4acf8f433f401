namespace Orch.Core.Model.Specs;

/// <summary>The container part of a task, in Docker's names. Command is the entrypoint, Args the words after the image.</summary>
public sealed record ContainerSpec : SpecObject
{
    public string Image { get; init => field = value ?? ""; } = "";
    public Dictionary<string, string>? Labels { get; init; }
    public List<string>? Command { get; init; }
    public List<string>? Args { get; init; }
    public string? Hostname { get; init; }

    /// <summary>KEY=VALUE, or KEY alone, which unsets the image's variable.</summary>
    public List<string>? Env { get; init; }
    public string? Dir { get; init; }
    public string? User { get; init; }
    public List<string>? Groups { get; init; }
    public Privileges? Privileges { get; init; }
    public bool? Init { get; init; }
    public string? StopSignal { get; init; }
    public bool? TTY { get; init; }
    public bool? OpenStdin { get; init; }
    public bool? ReadOnly { get; init; }
    public List<Mount>? Mounts { get; init; }

    /// <summary>Nanoseconds between the stop signal and the kill; absent: 10 s.</summary>
    public long? StopGracePeriod { get; init; }
    public HealthConfig? Healthcheck { get; init; }

    /// <summary>"IP name [name…]", the order of a hosts file.</summary>
    public List<string>? Hosts { get; init; }
    public DnsConfig? DNSConfig { get; init; }
    public List<FileReference>? Secrets { get; init; }
    public List<FileReference>? Configs { get; init; }
    public PullOptions? PullOptions { get; init; }
    public string? Isolation { get; init; }
    public Dictionary<string, string>? Sysctls { get; init; }
    public List<string>? CapabilityAdd { get; init; }
    public List<string>? CapabilityDrop { get; init; }
    public List<Ulimit>? Ulimits { get; init; }
    public long? OomScoreAdj { get; init; }

    /// <summary>orch's own member.</summary>
    public HostSettings? HostConfig { get; init; }
}

/// <summary>orch's own: when machines ask the registry for the image.</summary>
public sealed record PullOptions : SpecObject
{
    /// <summary>missing (the default), always (before each container), or never.</summary>
    public string? Policy { get; init; }
}

/// <summary>What holds the container in. A credential spec, for Windows only, is not modelled: it is refused.</summary>
public sealed record Privileges : SpecObject
{
    public SELinuxContext? SELinuxContext { get; init; }
    public SeccompOptions? Seccomp { get; init; }
    public AppArmorOptions? AppArmor { get; init; }
    public bool? NoNewPrivileges { get; init; }
}

public sealed record SELinuxContext : SpecObject
{
    public bool? Disable { get; init; }
    public string? User { get; init; }
    public string? Role { get; init; }
    public string? Type { get; init; }
    public string? Level { get; init; }
}

/// <summary>Mode is default, unconfined or custom, which has the profile's JSON text.</summary>
public sealed record SeccompOptions : SpecObject
{
    public string? Mode { get; init; }
    public byte[]? Profile { get; init; }
}

/// <summary>Mode is default or disabled.</summary>
public sealed record AppArmorOptions : SpecObject
{
    public string? Mode { get; init; }
}

/// <summary>Test is ["NONE"], ["CMD", …] or ["CMD-SHELL", text]; absent: the image's own check.</summary>
public sealed record HealthConfig : SpecObject
{
    public List<string>? Test { get; init; }
    public long? Interval { get; init; }
    public long? Timeout { get; init; }
    public long? StartPeriod { get; init; }
    public long? StartInterval { get; init; }
    public int? Retries { get; init; }
}

public sealed record DnsConfig : SpecObject
{
    public List<string>? Nameservers { get; init; }
    public List<string>? Search { get; init; }
    public List<string>? Options { get; init; }
}

public sealed record Ulimit : SpecObject
{
    public string? Name { get; init; }
    public long Hard { get; init; }
    public long Soft { get; init; }
}

/// <summary>A secret or a config as a file in the container; the id and name members of the other kind stay absent.</summary>
public sealed record FileReference : SpecObject
{
    public FileTarget? File { get; init; }
    public string? SecretID { get; init; }
    public string? SecretName { get; init; }
    public string? ConfigID { get; init; }
    public string? ConfigName { get; init; }
}

public sealed record FileTarget : SpecObject
{
    public string? Name { get; init; }
    public string? UID { get; init; }
    public string? GID { get; init; }

    /// <summary>Permission bits as a decimal number: 0444 is 292.</summary>
    public uint Mode { get; init; }
}
