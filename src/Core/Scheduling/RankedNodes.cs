namespace Orch.Core.Scheduling;

/// <summary>Candidates in a heap: the choice for many tasks, where sorting all nodes once pays.</summary>
internal sealed class RankedNodes : CandidateGroup
{
    private readonly NodeTable _nodes;
    private readonly Requirement _need;
    private readonly long[] _heap;
    private int _count;

    public RankedNodes(NodeTable nodes, Requirement need, NodeBits candidates)
    {
        (_nodes, _need, _heap) = (nodes, need, new long[candidates.Count]);
        for (var node = candidates.Next(0); node >= 0; node = candidates.Next(node + 1))
        {
            if (need.Fits(nodes, node))
                _heap[_count++] = RankOf(node);
        }
        for (var at = _count / 2 - 1; at >= 0; at--)
            Sink(at);
        Best = _count > 0 ? _heap[0] : None;
    }

    public override void Took()
    {
        var node = BestNode;
        _heap[0] = _need.Fits(_nodes, node) ? RankOf(node) : _heap[--_count];
        Sink(0);
        Best = _count > 0 ? _heap[0] : None;
    }

    private long RankOf(int node) => Rank(_need.Load.Tasks[node], _nodes.Tasks[node], node);

    private void Sink(int at)
    {
        var moving = _heap[at];
        for (int child; (child = 2 * at + 1) < _count; at = child)
        {
            if (child + 1 < _count && _heap[child + 1] < _heap[child])
                child++;
            if (_heap[child] >= moving)
                break;
            _heap[at] = _heap[child];
        }
        _heap[at] = moving;
    }
}
