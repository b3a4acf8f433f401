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

    /// <summary>Fresh: the candidates without a task of the service, a set of its own that is used up here.</summary>
    public LevelledNodes(NodeTable nodes, Requirement need, NodeBits candidates, NodeBits fresh)
    {
        (_nodes, _need, _all, _fresh) = (nodes, need, candidates, fresh);
        Best = Choose();
    }

    public override void Took()
    {
        _fresh.Remove(BestNode);
        Best = Choose();
    }

    private long Choose()
    {
        while ((_level = _nodes.Levels.NextUsed(_level)) < _nodes.Levels.Count)
        {
            var best = _level < LoadLevels.Cap ? FirstOf(_nodes.Levels[_level]) : LeastOf(_nodes.Levels[_level]);
            if (best != None)
                return best;
            _level++;
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
