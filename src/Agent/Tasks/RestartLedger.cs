using Orch.Core.Model.Specs;

namespace Orch.Agent.Tasks;

/// <summary>
/// The agent's own restarts of one task. Without a delay in the policy: at once, then 1, 2, 4 … 30 s, from the
/// beginning again after a minute of running. A delay that was given is honoured exactly.
/// </summary>
public sealed class RestartLedger
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Steady = TimeSpan.FromSeconds(60);
    public const int MostStamps = 1000;
    private readonly List<long> _stamps = [];
    private int _failures;
    private TimeSpan? _startedAt;

    /// <summary>All restarts by the agent, charged or not.</summary>
    public uint Count { get; private set; }

    /// <summary>Unix nanoseconds of the charged restarts, oldest first.</summary>
    public IReadOnlyList<long> Stamps => _stamps;

    public void Restore(uint count, IEnumerable<long> stamps)
    {
        Count = count;
        _stamps.Clear();
        _stamps.AddRange(stamps);
    }

    public void Started(AgentTime now) => _startedAt = now.Uptime;

    public void Restarted(bool charged, AgentTime now)
    {
        Count++;
        if (!charged)
            return;
        _failures++;
        _stamps.Add(now.UnixNanos);
        if (_stamps.Count > MostStamps)
            _stamps.RemoveAt(0);
    }

    public bool MayRestart(RestartPolicy? policy, AgentTime now)
    {
        if (policy?.MaxAttempts is not > 0)
            return true;
        var since = policy.Window is > 0 ? now.UnixNanos - policy.Window.Value : long.MinValue;
        return (ulong)_stamps.Count(stamp => stamp >= since) < policy.MaxAttempts.Value;
    }

    public TimeSpan Delay(RestartPolicy? policy, AgentTime now)
    {
        if (policy?.Delay is { } given)
            return SpecDefaults.Nanos(given);
        if (_startedAt is { } started && now.Uptime - started >= Steady)
            _failures = 0;
        return _failures == 0 ? TimeSpan.Zero : Min(Longest, TimeSpan.FromSeconds(1 << Math.Min(_failures - 1, 10)));
    }

    private static TimeSpan Min(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
