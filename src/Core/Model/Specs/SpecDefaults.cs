namespace Orch.Core.Model.Specs;

/// <summary>Swarm's defaults for what a spec leaves out (features.md §2.2), in one place.</summary>
public static class SpecDefaults
{
    public static readonly TimeSpan StopGracePeriod = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan UpdateMonitor = TimeSpan.FromSeconds(5);
    public const ulong UpdateParallelism = 1;

    /// <summary>Nanoseconds as a <see cref="TimeSpan"/> (100 ns steps, rounded up so that 1 ns never becomes "none").</summary>
    public static TimeSpan Nanos(long value) => TimeSpan.FromTicks((value + 99) / 100);

    public static TimeSpan Grace(this ContainerSpec spec) =>
        spec.StopGracePeriod is { } ns ? Nanos(ns) : StopGracePeriod;
}
