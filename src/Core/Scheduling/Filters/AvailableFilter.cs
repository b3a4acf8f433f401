namespace Orch.Core.Scheduling.Filters;

/// <summary>Ready, active, and with an engine that answers.</summary>
internal sealed class AvailableFilter : PlacementFilter
{
    public override string Explain(int nodes) =>
        nodes == 1 ? "1 node not available for new tasks" : $"{nodes} nodes not available for new tasks";

    public override bool Concerns(Requirement need) => true;
    public override bool Admits(NodeTable nodes, int node, Requirement need) => nodes.Available.Contains(node);
    public override void Narrow(NodeBits candidates, NodeTable nodes, Requirement need) =>
        candidates.IntersectWith(nodes.Available);
}
