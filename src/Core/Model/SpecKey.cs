namespace Orch.Core.Model;

/// <summary>One version of what one service's tasks run.</summary>
public readonly record struct SpecKey(ServiceId Service, ulong Version)
{
    public override int GetHashCode() => Service.GetHashCode() ^ StableHash.Mix(Version);
}
