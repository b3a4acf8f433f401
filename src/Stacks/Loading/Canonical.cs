using Orch.Stacks.Reading;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Loading;

/// <summary>A stack as one file in canonical form: sections in a fixed order, names and keys sorted.</summary>
public static class Canonical
{
    public static MapNode Of(StackFile file)
    {
        var entries = new List<Entry>();
        foreach (var key in new[] { "name" }.Concat(FileShape.Sections))
            if (file.Root.Find(key) is { } entry && entry.Value is not MapNode { Entries.Count: 0 })
                entries.Add(entry with { Value = Sorted(entry.Value, sort: true) });
        entries.AddRange(file.Root.Entries.Where(entry => entry.Key.StartsWith("x-", StringComparison.Ordinal)));
        return new MapNode(file.Root.At, entries);
    }

    private static Node Sorted(Node node, bool sort) => node switch
    {
        MapNode map => new MapNode(map.At, [.. (sort ? map.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal) : map.Entries.AsEnumerable())
            .Select(entry => entry with { Value = Sorted(entry.Value, sort && !entry.Key.StartsWith("x-", StringComparison.Ordinal)) })]),
        // The items of a list keep the order in which their parts are read best: source before target.
        ListNode list => new ListNode(list.At, [.. list.Items.Select(item => Sorted(item, sort: false))]),
        _ => node,
    };
}
