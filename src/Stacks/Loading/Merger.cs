using Orch.Stacks.Yaml;

namespace Orch.Stacks.Loading;

/// <summary>
/// Lays one canonical value over another by compose's rules: mappings join, commands and tests are replaced, ports,
/// mounts and file references are matched by what they are for, other lists join without repeating.
/// </summary>
internal static class Merger
{
    public static MapNode Maps(MapNode under, MapNode over)
    {
        var result = under.Entries.ToList();
        foreach (var entry in over.Entries)
        {
            var at = result.FindIndex(old => old.Key == entry.Key);
            if (entry.Value.Merging == Merging.Reset)
            {
                if (at >= 0)
                    result.RemoveAt(at);
            }
            else if (at < 0)
                result.Add(entry);
            else
                result[at] = new(entry.Key, entry.At, Values(entry.Key, result[at].Value, entry.Value));
        }
        return new MapNode(over.At, result);
    }

    private static Node Values(string key, Node under, Node over) => (under, over) switch
    {
        _ when over.Merging == Merging.Override => over.With(Merging.Normal),
        (MapNode, ScalarNode { IsNull: true }) => under,
        (MapNode a, MapNode b) when key == "logging" => Driver(a) == Driver(b) || b["driver"] is null ? Maps(a, b) : b,
        (MapNode a, MapNode b) => Maps(a, b),
        (ListNode a, ListNode b) => Lists(key, a, b),
        _ => over,
    };

    private static string Driver(MapNode logging) => (logging["driver"] as ScalarNode)?.Text ?? "";

    private static ListNode Lists(string key, ListNode under, ListNode over)
    {
        if (key is "command" or "entrypoint" or "test")
            return over;
        Func<Node, Node, bool> same = key switch
        {
            "ports" => (a, b) => Field(a, "target") == Field(b, "target") && Field(a, "published") == Field(b, "published")
                && (Field(a, "protocol") ?? "tcp") == (Field(b, "protocol") ?? "tcp"),
            "volumes" => (a, b) => Field(a, "target") == Field(b, "target"),
            "secrets" or "configs" => (a, b) => (Field(a, "target") ?? Field(a, "source")) == (Field(b, "target") ?? Field(b, "source")),
            "devices" => (a, b) => Field(a, "target") is { } target ? target == Field(b, "target") : Same(a, b),
            "extra_hosts" => Same,
            "env_file" => (a, b) => Field(a, "path") == Field(b, "path"),
            _ => Same,
        };
        var result = under.Items.ToList();
        foreach (var item in over.Items)
        {
            var at = result.FindIndex(old => same(old, item));
            if (at < 0)
                result.Add(item);
            else
                result[at] = item;
        }
        return new ListNode(over.At, result);
    }

    private static string? Field(Node node, string name) => ((node as MapNode)?[name] as ScalarNode)?.Text;

    /// <summary>Equal wherever they were written.</summary>
    public static bool Same(Node a, Node b) => (a, b) switch
    {
        (ScalarNode x, ScalarNode y) => x.Text == y.Text && x.IsNull == y.IsNull,
        (ListNode x, ListNode y) => x.Items.Count == y.Items.Count && x.Items.Zip(y.Items).All(pair => Same(pair.First, pair.Second)),
        (MapNode x, MapNode y) => x.Entries.Count == y.Entries.Count
            && x.Entries.All(entry => y[entry.Key] is { } other && Same(entry.Value, other)),
        _ => false,
    };

    /// <summary>What a reset had nothing to take away from is gone, too.</summary>
    public static Node Finish(Node node) => node switch
    {
        MapNode map => new MapNode(map.At, [.. map.Entries.Where(entry => entry.Value.Merging != Merging.Reset)
            .Select(entry => entry with { Value = Finish(entry.Value) })]),
        ListNode list => new ListNode(list.At, [.. list.Items.Select(Finish)]),
        _ => node,
    };
}
