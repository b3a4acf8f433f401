namespace Orch.Agent.Dataplanes;

/// <summary>Keeps two programs that each undo what the other did from doing nothing else. Not for several threads.</summary>
internal sealed class RepairBrake(TimeProvider clock)
{
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private HashSet<string>? _last;
    private long _when;
    private bool _warned;

    /// <summary>How long to wait before this is made so once more; nothing for what is wanted anew. First: of its kind.</summary>
    public TimeSpan Left(IEnumerable<string> wanted, out bool first)
    {
        first = false;
        var left = _last?.SetEquals(wanted) == true ? Pause - clock.GetElapsedTime(_when) : TimeSpan.Zero;
        if (left <= TimeSpan.Zero)
            return TimeSpan.Zero;
        first = !_warned;
        _warned = true;
        return left;
    }

    public void Repaired(IEnumerable<string> wanted)
    {
        if (_last?.SetEquals(wanted) != true)
            (_last, _warned) = (wanted.ToHashSet(), false);
        _when = clock.GetTimestamp();
    }
}
