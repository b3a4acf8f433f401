using Orch.Core.Model.Specs;

namespace Orch.Core.Scheduling.Filters;

/// <summary>The image exists for the node's system; a platform without architecture or system fits any.</summary>
internal sealed class PlatformFilter : PlacementFilter
{
    public override string Explain(int nodes) => On("unsupported platform", nodes);
    public override bool Concerns(Requirement need) => need.Platforms.Count > 0;

    public override bool Admits(NodeTable nodes, int node, Requirement need) =>
        need.Platforms.Any(platform => Is(platform.OS, nodes.Attributes, "node.platform.os", node)
            && Is(Architecture(platform), nodes.Attributes, "node.platform.arch", node));

    public override void Narrow(NodeBits candidates, NodeTable nodes, Requirement need)
    {
        var supported = new NodeBits();
        foreach (var platform in need.Platforms)
        {
            var some = candidates.Copy();
            if (!string.IsNullOrEmpty(platform.OS))
                some.IntersectWith(nodes.Attributes.Find("node.platform.os", platform.OS));
            if (Architecture(platform) is { Length: > 0 } architecture)
                some.IntersectWith(nodes.Attributes.Find("node.platform.arch", architecture));
            supported.UnionWith(some);
        }
        candidates.IntersectWith(supported);
    }

    public override string Hint(NodeBits refused, NodeTable nodes, Requirement need) =>
        "the image is for " + string.Join(", ", need.Platforms.Select(Word));

    private static string Word(PlatformSpec platform) =>
        $"{(string.IsNullOrEmpty(platform.OS) ? "any" : platform.OS)}/"
        + (Architecture(platform) is { Length: > 0 } architecture ? architecture : "any");

    private static string Architecture(PlatformSpec platform) => Platform.Architecture(platform.Architecture ?? "");

    private static bool Is(string? wanted, AttributeIndex attributes, string key, int node) =>
        string.IsNullOrEmpty(wanted) || attributes.Find(key, wanted).Contains(node);
}
