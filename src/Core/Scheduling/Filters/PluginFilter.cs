using Orch.Core.Model;

namespace Orch.Core.Scheduling.Filters;

/// <summary>
/// The node has the log and volume drivers that the task names. A node that describes no plugin of a type at all is
/// given the benefit of the doubt: its engine may be too old to tell.
/// </summary>
internal sealed class PluginFilter : PlacementFilter
{
    private const string Log = "Log";
    private const string Volume = "Volume";

    public override string Explain(int nodes) => On("missing plugin", nodes);
    public override bool Concerns(Requirement need) => need.Plugins.Length > 0;

    public override bool Admits(NodeTable nodes, int node, Requirement need) =>
        need.Plugins.All(plugin => !nodes.Attributes.Find(NodeAttribute.PluginTypes, plugin.Key).Contains(node)
            || Having(nodes, plugin).Any(having => having.Contains(node)));

    public override void Narrow(NodeBits candidates, NodeTable nodes, Requirement need)
    {
        foreach (var plugin in need.Plugins)
        {
            var lacking = nodes.Attributes.Find(NodeAttribute.PluginTypes, plugin.Key).Copy();
            foreach (var having in Having(nodes, plugin))
                lacking.ExceptWith(having);
            candidates.ExceptWith(lacking);
        }
    }

    public override string Hint(NodeBits refused, NodeTable nodes, Requirement need) =>
        "needs " + string.Join(", ", need.Plugins.Select(plugin =>
            $"{(plugin.Key == Log ? "log driver" : "volume driver")} '{plugin.Value}'"));

    /// <summary>Drivers that are not built into every engine, as type and name.</summary>
    public static NodeAttribute[] Required(TaskSpec spec)
    {
        var volumes = (spec.Template.ContainerSpec?.Mounts ?? [])
            .Select(mount => mount.VolumeOptions?.DriverConfig?.Name)
            .Where(name => name is { Length: > 0 } and not "local")
            .Select(name => new NodeAttribute(Volume, name!));
        NodeAttribute[] log = spec.Template.LogDriver?.Name is { Length: > 0 } driver and not "none"
            ? [new(Log, driver)] : [];
        return [.. volumes.Concat(log).Distinct()];
    }

    /// <summary>Managed plugins carry a tag in their name; "latest" may be left out.</summary>
    private static NodeBits[] Having(NodeTable nodes, NodeAttribute plugin) =>
    [
        nodes.Attributes.Find(NodeAttribute.Plugin + plugin.Key, plugin.Value),
        nodes.Attributes.Find(NodeAttribute.Plugin + plugin.Key, plugin.Value + ":latest"),
    ];
}
