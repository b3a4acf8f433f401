namespace Orch.Core.Scheduling;

/// <summary>Arranges nodes that passed the filters for choosing: spread groups outside, ranked nodes inside.</summary>
internal static class Candidates
{
    // Measured: one search through the levels costs about as much as ranking 64 nodes.
    private const int NodesPerSearch = 64;

    public static CandidateGroup Arrange(NodeTable nodes, Requirement need, NodeBits candidates, int tasks)
    {
        if (candidates.Count / NodesPerSearch < Math.Max(tasks, 4))
            return Arrange(nodes, need, new(candidates, null, null), level: 0);
        var fresh = candidates.Copy();
        for (var at = 0; need.Load.Tasks.Read(ref at, out var node, out _);)
            fresh.Remove(node);
        return Arrange(nodes, need, new(candidates, fresh, null), level: 0);
    }

    private static CandidateGroup Arrange(NodeTable nodes, Requirement need, Members from, int level)
    {
        if (level == need.Spreads.Length)
            return from.Fresh is { } fresh
                ? new LevelledNodes(nodes, need, from.Candidates, fresh)
                : new RankedNodes(nodes, need, from.Candidates);

        var groups = new List<CandidateGroup>();
        var rest = new Members(from.Candidates.Copy(), from.Fresh?.Copy(), from.Scope?.Copy() ?? nodes.Known.Copy());
        foreach (var having in nodes.Attributes.Groups(need.Spreads[level]))
        {
            rest.ExceptWith(having);
            Add(new(
                Common(having, from.Candidates),
                from.Fresh is { } fresh ? Common(having, fresh) : null,
                from.Scope is { } scope ? Common(having, scope) : having));
        }
        Add(rest);
        return new SpreadNodes(groups);

        void Add(Members members)
        {
            if (members.Candidates.IsEmpty)
                return;
            var group = Arrange(nodes, need, members, level + 1);
            group.Tasks = CountIn(need.Load.Tasks, members.Scope!);
            if (group.Best != CandidateGroup.None)
                groups.Add(group);
        }
    }

    private static NodeBits Common(NodeBits left, NodeBits right)
    {
        var common = left.Copy();
        common.IntersectWith(right);
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

    /// <summary>
    /// Nodes of one group. Fresh: candidates without a task of the service, when few tasks are to be placed. Scope: all
    /// nodes of the group, null for the whole cluster.
    /// </summary>
    private readonly record struct Members(NodeBits Candidates, NodeBits? Fresh, NodeBits? Scope)
    {
        public void ExceptWith(NodeBits others)
        {
            Candidates.ExceptWith(others);
            Fresh?.ExceptWith(others);
            Scope?.ExceptWith(others);
        }
    }
}
