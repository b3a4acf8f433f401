namespace Orch.Agent.Dataplanes;

/// <summary>
/// Keeps two programs that each undo what the other did from doing nothing else. A few repairs in a row are free: the engine
/// puts its chains in order again with each network it makes, and is done with that. Not for several threads.
/// </summary>
internal sealed class RepairBrake(TimeProvider clock)
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Repairs of the same without a pause between them; each pause gives one back.</summary>
    public const int Free = 10;
    private HashSet<string>? _last;
    private TimeSpan _debt;
    private long _when;
    private bool _warned;

    /// <summary>How long to wait before this is made so once more; nothing for what is wanted anew. First: of its kind.</summary>
    public TimeSpan Left(IEnumerable<string> wanted, out bool first)
    {
        first = false;
        if (_last?.SetEquals(wanted) != true)
            return TimeSpan.Zero;
        var left = Owed() - (Pause * (Free - 1));
        if (left <= TimeSpan.Zero)
            return TimeSpan.Zero;
        first = !_warned;
        _warned = true;
        return left;
    }

    public void Repaired(IEnumerable<string> wanted)
    {
        _debt = Owed();
        _when = clock.GetTimestamp();
        if (_debt == TimeSpan.Zero)
            _warned = false;
        if (_last?.SetEquals(wanted) == true)
            _debt += Pause;
        else
            _last = wanted.ToHashSet();
    }

    private TimeSpan Owed()
    {
        var owed = _debt - clock.GetElapsedTime(_when);
        return owed > TimeSpan.Zero ? owed : TimeSpan.Zero;
    }
}
