namespace Orch.Core.Model.Specs;

/// <summary>
/// orch's own: what <c>docker run</c> can ask of a machine and Docker's service spec has no words for. An update that
/// leaves the whole of it out keeps it, since Docker's clients do not know it; an empty one takes it away.
/// </summary>
public sealed record HostSettings : SpecObject
{
    public bool? Privileged { get; init; }
    public List<DeviceMapping>? Devices { get; init; }
    public List<string>? DeviceCgroupRules { get; init; }

    /// <summary>Bytes of /dev/shm.</summary>
    public long? ShmSize { get; init; }
    public string? PidMode { get; init; }
    public string? IpcMode { get; init; }
    public string? UTSMode { get; init; }
    public string? UsernsMode { get; init; }
    public string? CgroupnsMode { get; init; }
    public string? CgroupParent { get; init; }
    public List<string>? SecurityOpt { get; init; }
    public Dictionary<string, string>? StorageOpt { get; init; }
    public string? Runtime { get; init; }
    public string? CpusetCpus { get; init; }
    public string? CpusetMems { get; init; }
    public long? CpuShares { get; init; }
    public int? BlkioWeight { get; init; }
}

/// <summary>Permissions of r, w and m; absent: all of them.</summary>
public sealed record DeviceMapping : SpecObject
{
    public string PathOnHost { get; init => field = value ?? ""; } = "";
    public string? PathInContainer { get; init; }
    public string? CgroupPermissions { get; init; }
}
