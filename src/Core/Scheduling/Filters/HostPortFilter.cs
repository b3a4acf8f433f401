namespace Orch.Core.Scheduling.Filters;

/// <summary>A fixed port of the machine is given to one task at a time, whatever its service.</summary>
internal sealed class HostPortFilter : PlacementFilter
{
    public override string Explain(int nodes) => On("host-mode port already in use", nodes);
    public override bool Concerns(Requirement need) => need.HostPorts.Length > 0;

    public override bool Admits(NodeTable nodes, int node, Requirement need)
    {
        foreach (var port in need.HostPorts)
        {
            if (nodes[node].HasPort(port))
                return false;
        }
        return true;
    }

    public override string Hint(NodeBits refused, NodeTable nodes, Requirement need) =>
        "publishes " + string.Join(", ", need.HostPorts);
}
