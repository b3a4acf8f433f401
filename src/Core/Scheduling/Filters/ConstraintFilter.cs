using Orch.Core.Networking;

namespace Orch.Core.Scheduling.Filters;

/// <summary>All constraints hold. A label that is missing equals nothing, so <c>!=</c> holds for it.</summary>
internal sealed class ConstraintFilter : PlacementFilter
{
    public override string Explain(int nodes) => On("scheduling constraints not satisfied", nodes);
    public override bool Concerns(Requirement need) => need.Constraints.Length > 0 || need.ConstraintError is not null;

    public override bool Admits(NodeTable nodes, int node, Requirement need) =>
        need.ConstraintError is null && need.Constraints.All(constraint => Holds(nodes, node, constraint));

    public override void Narrow(NodeBits candidates, NodeTable nodes, Requirement need)
    {
        if (need.ConstraintError is not null)
            candidates.Clear();
        foreach (var constraint in need.Constraints)
            Narrow(candidates, nodes, constraint);
    }

    public override string? Hint(NodeBits refused, NodeTable nodes, Requirement need)
    {
        if (need.ConstraintError is not null)
            return need.ConstraintError;
        foreach (var constraint in need.Constraints)
        {
            if (constraint.Attribute is null)
                return $"'{constraint.Key}' is not a key that nodes have (node.id, node.hostname, node.ip, node.role, "
                    + "node.platform.os, node.platform.arch, node.labels.NAME, engine.labels.NAME)";
            var matching = nodes.Known.Copy();
            Narrow(matching, nodes, constraint);
            if (matching.IsEmpty)
                return $"no node has {constraint}";
        }
        return null;
    }

    private static void Narrow(NodeBits candidates, NodeTable nodes, Constraint constraint)
    {
        if (constraint.Attribute is null)
            candidates.Clear();
        else if (constraint.Attribute == "node.ip")
            NarrowByAddress(candidates, nodes, constraint);
        else if (constraint.Negated)
            candidates.ExceptWith(nodes.Attributes.Find(constraint.Attribute, constraint.Wanted));
        else
            candidates.IntersectWith(nodes.Attributes.Find(constraint.Attribute, constraint.Wanted));
    }

    private static void NarrowByAddress(NodeBits candidates, NodeTable nodes, Constraint constraint)
    {
        var block = Block(constraint);
        for (var node = candidates.Next(0); node >= 0; node = candidates.Next(node + 1))
        {
            if (!InBlock(nodes, node, block, constraint.Negated))
                candidates.Remove(node);
        }
    }

    private static bool Holds(NodeTable nodes, int node, Constraint constraint) => constraint.Attribute switch
    {
        null => false,
        "node.ip" => InBlock(nodes, node, Block(constraint), constraint.Negated),
        var key => nodes.Attributes.Find(key, constraint.Wanted).Contains(node) != constraint.Negated,
    };

    /// <summary>An address counts as a block of one; null when it is neither, which no node satisfies.</summary>
    private static IpPrefix? Block(Constraint constraint) =>
        IpAddr.TryParse(constraint.Value, out var address) ? new(address, address.Bits)
        : IpPrefix.TryParse(constraint.Value, out var block) ? block : null;

    private static bool InBlock(NodeTable nodes, int node, IpPrefix? block, bool negated) =>
        block is { } wanted && (nodes[node].Address is { } address && wanted.Contains(address)) != negated;
}
