namespace Orch.Core.Scheduling;

/// <summary>Arranges the nodes that passed the filters for choosing: spread groups outside, ranked nodes inside.</summary>
internal static class Candidates
{
    // Measured: one search through the levels costs about as much as ranking 64 nodes.
    private const int NodesPerSearch = 64;

    public static CandidateGroup Arrange(NodeTable nodes, Requirement need, NodeBits candidates, int tasks) =>
        Arrange(nodes, need, candidates, scope: null, tasks, level: 0);

    private static CandidateGroup Arrange(
        NodeTable nodes, Requirement need, NodeBits candidates, NodeBits? scope, int tasks, int level)
    {
        if (level == need.Spreads.Length)
            return candidates.Count / NodesPerSearch >= Math.Max(tasks, 4)
                ? new LevelledNodes(nodes, need, candidates)
                : new RankedNodes(nodes, need, candidates);

        var groups = new List<CandidateGroup>();
        var (restCandidates, restScope) = (candidates.Copy(), scope?.Copy() ?? nodes.Known.Copy());
        foreach (var having in nodes.Attributes.Groups(need.Spreads[level]))
        {
            restCandidates.ExceptWith(having);
            restScope.ExceptWith(having);
            Add(Common(candidates, having), scope is null ? having : Common(scope, having));
        }
        Add(restCandidates, restScope);
        return new SpreadNodes(groups);

        void Add(NodeBits members, NodeBits all)
        {
            if (members.IsEmpty)
                return;
            var group = Arrange(nodes, need, members, all, tasks, level + 1);
            group.Tasks = CountIn(need.Load.Tasks, all);
            if (group.Best != CandidateGroup.None)
                groups.Add(group);
        }
    }

    private static NodeBits Common(NodeBits left, NodeBits right)
    {
        var common = right.Copy();
        common.IntersectWith(left);
        return common;
    }

    /// <summary>
    /// Tasks of the service on any node of the group, full and paused ones too: balance between groups is about what
    /// runs there, not about where there is room.
    /// </summary>
    private static int CountIn(CountMap tasks, NodeBits group)
    {
        var total = 0;
        if (tasks.Count == 0)
            return 0;
        if (tasks.Count <= group.Count)
        {
            for (var at = 0; tasks.Read(ref at, out var node, out var count);)
                total += group.Contains(node) ? count : 0;
            return total;
        }
        for (var node = group.Next(0); node >= 0; node = group.Next(node + 1))
            total += tasks[node];
        return total;
    }
}
