namespace Orch.Core.Scheduling;

/// <summary>
/// Groups of nodes by the value of a label, nodes without it being a group of their own. The group with the fewest
/// tasks of the service is next; between equals the one with the better node, so that many small services do not
/// all start in the same group.
/// </summary>
internal sealed class SpreadNodes : CandidateGroup
{
    private readonly List<CandidateGroup> _heap;

    public SpreadNodes(List<CandidateGroup> groups)
    {
        _heap = groups;
        for (var at = _heap.Count / 2 - 1; at >= 0; at--)
            Sink(at);
        Best = _heap.Count > 0 ? _heap[0].Best : None;
    }

    public override void Took()
    {
        var group = _heap[0];
        group.Took();
        group.Tasks++;
        if (group.Best == None)
        {
            _heap[0] = _heap[^1];
            _heap.RemoveAt(_heap.Count - 1);
        }
        Sink(0);
        Best = _heap.Count > 0 ? _heap[0].Best : None;
    }

    private static bool Before(CandidateGroup left, CandidateGroup right) =>
        left.Tasks != right.Tasks ? left.Tasks < right.Tasks : left.Best < right.Best;

    private void Sink(int at)
    {
        if (at >= _heap.Count)
            return;
        var moving = _heap[at];
        for (int child; (child = 2 * at + 1) < _heap.Count; at = child)
        {
            if (child + 1 < _heap.Count && Before(_heap[child + 1], _heap[child]))
                child++;
            if (!Before(_heap[child], moving))
                break;
            _heap[at] = _heap[child];
        }
        _heap[at] = moving;
    }
}
