namespace Orch.Core.Scheduling;

/// <summary>
/// Candidates found through the load levels: the choice for few tasks among many nodes, where looking at every node
/// would cost more than the placement.
/// </summary>
internal sealed class LevelledNodes : CandidateGroup
{
    private readonly NodeTable _nodes;
    private readonly Requirement _need;

    // Those without a task of the service come first, by level; the others are ranked through the service's own map.
    private readonly NodeBits _fresh;
    private readonly NodeBits _all;
    private int _level;

    public LevelledNodes(NodeTable nodes, Requirement need, NodeBits candidates)
    {
        (_nodes, _need, _all, _fresh) = (nodes, need, candidates, candidates.Copy());
        for (var at = 0; need.Load.Tasks.Read(ref at, out var node, out _);)
            _fresh.Remove(node);
        Best = Choose();
    }

    public override void Took()
    {
        _fresh.Remove(BestNode);
        Best = Choose();
    }

    private long Choose()
    {
        for (; _level < _nodes.Levels.Count; _level++)
        {
            var best = _level < LoadLevels.Cap ? FirstOf(_nodes.Levels[_level]) : LeastOf(_nodes.Levels[_level]);
            if (best != None)
                return best;
        }
        return AmongUsed();
    }

    private long FirstOf(NodeBits level)
    {
        for (var node = _fresh.NextCommon(level, 0); node >= 0; node = _fresh.NextCommon(level, node + 1))
        {
            if (_need.Fits(_nodes, node))
                return Rank(0, _nodes.Tasks[node], node);
            _fresh.Remove(node);
        }
        return None;
    }

    private long LeastOf(NodeBits level)
    {
        var best = None;
        for (var node = _fresh.NextCommon(level, 0); node >= 0; node = _fresh.NextCommon(level, node + 1))
        {
            var rank = Rank(0, _nodes.Tasks[node], node);
            if (rank < best && _need.Fits(_nodes, node))
                best = rank;
        }
        return best;
    }

    private long AmongUsed()
    {
        var best = None;
        for (var at = 0; _need.Load.Tasks.Read(ref at, out var node, out var count);)
        {
            var rank = Rank(count, _nodes.Tasks[node], node);
            if (rank < best && _all.Contains(node) && _need.Fits(_nodes, node))
                best = rank;
        }
        return best;
    }
}
