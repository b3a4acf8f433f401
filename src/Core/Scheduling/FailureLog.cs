using Orch.Core.Model;

namespace Orch.Core.Scheduling;

/// <summary>
/// Remembers for five minutes which version of a service failed where. A node where it failed five times is taken last,
/// for this version only. Bounded: the oldest failures are forgotten first.
/// </summary>
internal sealed class FailureLog
{
    private const int Limit = 65_536;
    private const int TooMany = 5;
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    private readonly Queue<Failure> _recent = [];
    private readonly Dictionary<(SpecKey Spec, NodeId Node), int> _counts = [];
    private readonly Dictionary<SpecKey, List<NodeId>> _avoided = [];

    public void Record(SpecKey spec, NodeId node, Timestamp now)
    {
        Forget(now);
        if (_recent.Count >= Limit)
            Drop();
        _recent.Enqueue(new(spec, node, now));
        var count = _counts.GetValueOrDefault((spec, node)) + 1;
        _counts[(spec, node)] = count;
        if (count != TooMany)
            return;
        if (!_avoided.TryGetValue(spec, out var nodes))
            _avoided[spec] = nodes = [];
        nodes.Add(node);
    }

    /// <summary>Nodes to take last; empty nearly always.</summary>
    public IReadOnlyList<NodeId> Avoided(SpecKey spec, Timestamp now)
    {
        if (_recent.Count == 0)
            return [];
        Forget(now);
        return _avoided.TryGetValue(spec, out var nodes) ? nodes : [];
    }

    private void Forget(Timestamp now)
    {
        while (_recent.TryPeek(out var oldest) && now - oldest.At > Window)
            Drop();
    }

    private void Drop()
    {
        var (spec, node, _) = _recent.Dequeue();
        var count = _counts[(spec, node)] - 1;
        if (count == 0)
            _counts.Remove((spec, node));
        else
            _counts[(spec, node)] = count;
        if (count != TooMany - 1)
            return;
        _avoided[spec].Remove(node);
        if (_avoided[spec].Count == 0)
            _avoided.Remove(spec);
    }

    private readonly record struct Failure(SpecKey Spec, NodeId Node, Timestamp At);
}
