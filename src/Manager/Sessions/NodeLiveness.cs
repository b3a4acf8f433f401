using Orch.Core.Model;

namespace Orch.Manager.Sessions;

/// <summary>
/// Which nodes have been silent for too long (state.md §4). Pure; time is the manager's monotonic clock. The window is
/// lengthened by the manager's own stalls: what it could not hear while it stood still is nobody's fault.
/// </summary>
public sealed class NodeLiveness(TimeSpan window, TimeSpan checkEvery)
{
    private readonly Dictionary<NodeId, TimeSpan> _lastHeard = [];
    private TimeSpan _lastCheck = TimeSpan.MinValue;

    public TimeSpan Window => window;

    /// <summary>A node that must show itself within the window: heard now, or expected after a take-over.</summary>
    public void Heard(NodeId node, TimeSpan now)
    {
        if (!_lastHeard.TryGetValue(node, out var known) || known < now)
            _lastHeard[node] = now;
    }

    public void Forget(NodeId node) => _lastHeard.Remove(node);

    /// <summary>Nodes whose window is over, each told once until it is heard again.</summary>
    public IReadOnlyList<NodeId> Check(TimeSpan now)
    {
        Forgive(now);
        var silent = new List<NodeId>();
        foreach (var (node, heard) in _lastHeard)
        {
            if (now - heard >= window)
                silent.Add(node);
        }
        silent.ForEach(Forget);
        silent.Sort();
        return silent;
    }

    private void Forgive(TimeSpan now)
    {
        var late = _lastCheck == TimeSpan.MinValue ? TimeSpan.Zero : now - _lastCheck - checkEvery;
        _lastCheck = now;
        if (late < checkEvery)
            return;
        foreach (var node in _lastHeard.Keys.ToList())
            _lastHeard[node] = Earlier(_lastHeard[node] + late, now);
    }

    private static TimeSpan Earlier(TimeSpan a, TimeSpan b) => a < b ? a : b;
}
