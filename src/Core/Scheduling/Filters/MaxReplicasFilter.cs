namespace Orch.Core.Scheduling.Filters;

/// <summary>No more live tasks of the service on one node than it allows.</summary>
internal sealed class MaxReplicasFilter : PlacementFilter
{
    public override string Explain(int nodes) => "max replicas per node limit exceed";
    public override bool Concerns(Requirement need) => need.MaxReplicas > 0;

    public override bool Admits(NodeTable nodes, int node, Requirement need) =>
        (ulong)need.Load.Tasks[node] < need.MaxReplicas;

    public override string Hint(NodeBits refused, NodeTable nodes, Requirement need) =>
        $"at most {need.MaxReplicas} per node";
}
