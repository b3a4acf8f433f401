namespace Orch.Core.Model.Specs;

/// <summary>Type is bind, volume, tmpfs, npipe, cluster or image; absent: volume.</summary>
public sealed record Mount : SpecObject
{
    public string? Type { get; init; }
    public string? Source { get; init; }
    public string? Target { get; init; }
    public bool? ReadOnly { get; init; }
    public string? Consistency { get; init; }
    public BindOptions? BindOptions { get; init; }
    public VolumeOptions? VolumeOptions { get; init; }
    public TmpfsOptions? TmpfsOptions { get; init; }
}

public sealed record BindOptions : SpecObject
{
    public string? Propagation { get; init; }
    public bool? NonRecursive { get; init; }
    public bool? CreateMountpoint { get; init; }
    public bool? ReadOnlyNonRecursive { get; init; }
    public bool? ReadOnlyForceRecursive { get; init; }
}

public sealed record VolumeOptions : SpecObject
{
    public bool? NoCopy { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public string? Subpath { get; init; }
    public DriverConfig? DriverConfig { get; init; }
}

public sealed record TmpfsOptions : SpecObject
{
    public long? SizeBytes { get; init; }
    public uint? Mode { get; init; }
}
