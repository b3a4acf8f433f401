namespace Orch.Core.Model.Specs;

/// <summary>Swarm's defaults for what a spec leaves out (features.md §2.2), in one place.</summary>
public static class SpecDefaults
{
    public static readonly TimeSpan StopGracePeriod = TimeSpan.FromSeconds(10);
    public static readonly TimeSpan UpdateMonitor = TimeSpan.FromSeconds(5);
    public static readonly TimeSpan ProgressDeadline = TimeSpan.FromMinutes(10);
    public const ulong UpdateParallelism = 1;

    /// <summary>Nanoseconds as a <see cref="TimeSpan"/> (100 ns steps, rounded up so that 1 ns never becomes "none").</summary>
    public static TimeSpan Nanos(long value) => TimeSpan.FromTicks((value / 100) + (value % 100 > 0 ? 1 : 0));

    /// <summary>How long after it first ran the end of a new task is a failure of its update.</summary>
    public static TimeSpan MonitorTime(this UpdateConfig? config) =>
        config?.Monitor is { } ns and > 0 ? Nanos(ns) : UpdateMonitor;

    /// <summary>How long the last task is watched: the monitor's time, or longer when the delay is (Swarm's rule).</summary>
    public static TimeSpan LastWatch(this UpdateConfig? config)
    {
        var delay = Nanos(config?.Delay ?? 0);
        return delay >= config.MonitorTime() ? delay + TimeSpan.FromSeconds(1) : config.MonitorTime();
    }

    /// <summary>Null: a task may take as long as it likes to get to running.</summary>
    public static TimeSpan? Deadline(this UpdateConfig? config) => config?.ProgressDeadline switch
    {
        null => ProgressDeadline,
        > 0 and var given => Nanos(given),
        _ => null,
    };

    public static TimeSpan Grace(this ContainerSpec spec) =>
        spec.StopGracePeriod is { } ns ? Nanos(ns) : StopGracePeriod;
}
