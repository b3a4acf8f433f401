namespace Orch.Core.Scheduling.Filters;

/// <summary>
/// One reason why a node may not take a task, with the words that say so. Attribute filters ask what a node is and can
/// narrow a whole set at once; usage filters ask what is free there and look at one node at a time.
/// </summary>
internal abstract class PlacementFilter
{
    /// <summary>In this order: a node is counted under the first filter that refuses it.</summary>
    public static readonly PlacementFilter[] ByAttribute =
        [new AvailableFilter(), new ConstraintFilter(), new PlatformFilter(), new PluginFilter()];

    public static readonly PlacementFilter[] ByUsage =
        [new ResourceFilter(), new HostPortFilter(), new MaxReplicasFilter()];

    /// <summary>Those that have something to say about it; all versions with the same ones share one array.</summary>
    public static PlacementFilter[] Concerned(PlacementFilter[] filters, Requirement need)
    {
        var which = 0;
        for (var i = 0; i < filters.Length; i++)
            which |= filters[i].Concerns(need) ? 1 << i : 0;
        return (ReferenceEquals(filters, ByUsage) ? UsageSubsets : AttributeSubsets)[which];
    }

    /// <summary>Docker's words, for example "insufficient resources on 2 nodes".</summary>
    public abstract string Explain(int nodes);

    /// <summary>Has this requirement anything that the filter could refuse?</summary>
    public abstract bool Concerns(Requirement need);

    public abstract bool Admits(NodeTable nodes, int node, Requirement need);

    /// <summary>Leaves only the nodes that it admits.</summary>
    public virtual void Narrow(NodeBits candidates, NodeTable nodes, Requirement need)
    {
        for (var node = candidates.Next(0); node >= 0; node = candidates.Next(node + 1))
        {
            if (!Admits(nodes, node, need))
                candidates.Remove(node);
        }
    }

    /// <summary>What would help, in words, given the nodes it refused; null when the reason says it all.</summary>
    public virtual string? Hint(NodeBits refused, NodeTable nodes, Requirement need) => null;

    private static readonly PlacementFilter[][] AttributeSubsets = Subsets(ByAttribute);
    private static readonly PlacementFilter[][] UsageSubsets = Subsets(ByUsage);

    private static PlacementFilter[][] Subsets(PlacementFilter[] all) =>
    [
        .. Enumerable.Range(0, 1 << all.Length)
            .Select(which => all.Where((_, i) => (which & 1 << i) != 0).ToArray()),
    ];

    protected static string On(string reason, int nodes) =>
        nodes == 1 ? $"{reason} on 1 node" : $"{reason} on {nodes} nodes";
}
