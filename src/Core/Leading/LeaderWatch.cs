namespace Orch.Core.Leading;

/// <summary>
/// When a standby looks at the leadership, and when it campaigns: after the leader was seen not to advance for long
/// enough, or at once where the leadership is free. A look that failed is no evidence of anything: the store may be what
/// is away. Times are of one monotonic clock. Jitter is this standby's own, rank its place among the standbys.
/// </summary>
public sealed class LeaderWatch(LeadTimes times, TimeSpan jitter, int rank = 0)
{
    private LeaderSighting? _last;
    private TimeSpan? _asked;
    private TimeSpan _stillSince;
    private TimeSpan? _sightedAgain;
    private bool _blind;

    /// <summary>May change with the membership.</summary>
    public int Rank { get; set; } = rank;

    /// <summary>A look that began at the first time and had ended at the second showed this.</summary>
    public void Saw(TimeSpan asked, TimeSpan now, LeaderSighting sighting)
    {
        if (sighting != _last)
            (_last, _stillSince, _sightedAgain) = (sighting, now, null);
        else if (_blind)
            _sightedAgain = now;
        (_asked, _blind) = (asked, false);
    }

    /// <summary>A look, or a campaign, that began at this time failed.</summary>
    public void Missed(TimeSpan asked) => (_asked, _blind) = (asked, true);

    public WatchStep Next()
    {
        if (_asked is not { } asked)
            return new WatchStep.LookAt(TimeSpan.Zero);
        if (_last is not { } last || _blind)
            return new WatchStep.LookAt(asked + times.LookEvery);
        var due = Due(last);

        // The evidence is as old as the beginning of the look: after a stall of our own it may say nothing of now.
        return asked >= due || last.Standing == LeaderStanding.Mine
            ? new WatchStep.Campaign(last.Epoch)
            : new WatchStep.LookAt(Earlier(due, asked + times.LookEvery));
    }

    private TimeSpan Due(LeaderSighting last)
    {
        if (last.Standing == LeaderStanding.Free)
            return _stillSince + (times.RankStep * Rank);
        var due = _stillSince + times.SilentFor;
        if (_sightedAgain + times.SilentAfterOutage is { } settled && settled > due)
            due = settled;
        return due + jitter;
    }

    private static TimeSpan Earlier(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
