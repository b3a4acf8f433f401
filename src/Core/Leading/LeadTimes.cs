namespace Orch.Core.Leading;

/// <summary>The numbers of leadership (state.md §4). All of them are measured by monotonic clocks.</summary>
public sealed record LeadTimes
{
    public static LeadTimes Standard { get; } = new();

    /// <summary>How often a leader shows that it lives.</summary>
    public TimeSpan RenewEvery { get; init; } = TimeSpan.FromSeconds(0.25);

    /// <summary>A leader stops leading so long after the start of the last renewal that succeeded.</summary>
    public TimeSpan FenceAfter { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a standby looks.</summary>
    public TimeSpan LookEvery { get; init; } = TimeSpan.FromSeconds(0.1);

    /// <summary>A standby campaigns so long after it last saw the leader advance. Longer than the leader's own fence.</summary>
    public TimeSpan SilentFor { get; init; } = TimeSpan.FromSeconds(1.2);

    /// <summary>Of several standbys each waits up to this much longer, so that one of them is first.</summary>
    public TimeSpan Jitter { get; init; } = TimeSpan.FromSeconds(0.2);

    /// <summary>
    /// What a leader gets to renew after the store could not be asked for a while: two renewals and some. One that was
    /// cut off for longer has fenced itself.
    /// </summary>
    public TimeSpan SilentAfterOutage { get; init; } = TimeSpan.FromSeconds(0.6);

    /// <summary>Where the leadership is free, each standby lets those before it go first by so much.</summary>
    public TimeSpan RankStep { get; init; } = TimeSpan.FromSeconds(0.03);
}
