namespace Orch.Core.Leading;

/// <summary>
/// When a leader renews, and when it must stop leading because it could not: after the start of the last renewal that
/// succeeded, as nobody can have seen it later than that without its knowing. Renewals begin at an even pace however long
/// the ones before them take: one that hangs keeps none of the others from saving the leadership. Won is when the
/// campaign began; times are of one monotonic clock.
/// </summary>
public sealed class LeaseKeeper(LeadTimes times, TimeSpan won)
{
    private TimeSpan _proven = won;
    private TimeSpan _renewAt = won + times.RenewEvery;

    /// <summary>From this moment on nothing may leave this manager as the leader's word.</summary>
    public TimeSpan Fence => _proven + times.FenceAfter;

    public bool Holds(TimeSpan now) => now < Fence;

    /// <summary>A renewal that began at this time succeeded.</summary>
    public void Renewed(TimeSpan began)
    {
        if (began > _proven)
            _proven = began;
    }

    /// <summary>What to do now. Of renewals that were missed while this process stood still one is begun.</summary>
    public LeaseStep Next(TimeSpan now)
    {
        if (!Holds(now))
            return LeaseStep.Over;
        if (now < _renewAt)
            return new LeaseStep(false, _renewAt < Fence ? _renewAt : Fence);
        _renewAt = now + times.RenewEvery;
        return new LeaseStep(true, _renewAt < Fence ? _renewAt : Fence);
    }
}

/// <summary>Whether to begin a renewal, and when to ask again; never: the leadership is over.</summary>
public readonly record struct LeaseStep(bool Renew, TimeSpan? AskAgain)
{
    public static LeaseStep Over => new(false, null);
}
