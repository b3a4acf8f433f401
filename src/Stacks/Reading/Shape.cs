using Orch.Stacks.Yaml;

namespace Orch.Stacks.Reading;

/// <summary>
/// A key that a mapping may have. One with a note is understood but not carried out: the note says why and what to do.
/// A renamed key is an old spelling, for the hint only.
/// </summary>
internal sealed record Field(string Name, Reader Read, string? Ignored = null)
{
    public bool Required { get; init; }
}

/// <summary>Readers for values made of others.</summary>
internal static class Shape
{
    /// <summary>Per list: more is a mistake or an attack, and lists are matched item by item when files are merged.</summary>
    public const int MostItems = 5_000;

    public static Reader Map(params Field[] fields)
    {
        var byName = fields.ToDictionary(field => field.Name, StringComparer.Ordinal);
        return (node, path, context) =>
        {
            if (node is not MapNode map)
                return Plain.Wrong(context, node, $"{(path.Length == 0 ? "the file" : path)} must be a mapping, not {Plain.Name(node)}");
            var entries = new List<Entry>();
            foreach (var entry in map.Entries)
                if (Read(entry, path, context, byName) is { } value)
                    entries.Add(entry with { Value = value });
            foreach (var field in fields)
                if (field.Required && map[field.Name] is null)
                    context.Problems.Error(node.At, $"{path} has no {field.Name}");
            return new MapNode(node.At, entries) { Merging = node.Merging };
        };
    }

    private static Node? Read(Entry entry, string path, Context context, Dictionary<string, Field> fields)
    {
        if (entry.Value.Merging == Merging.Reset)
            return ScalarNode.Null(entry.Value.At).With(Merging.Reset);
        if (entry.Key.StartsWith("x-", StringComparison.Ordinal))
            return entry.Value;
        var full = path.Length == 0 ? entry.Key : $"{path}.{entry.Key}";
        if (!fields.TryGetValue(entry.Key, out var field))
        {
            var near = Nearest.To(entry.Key, fields.Keys);
            context.Problems.Error(entry.At, $"{(path.Length == 0 ? "the file" : path)} has no key '{entry.Key}'",
                near is null ? "extensions begin with x-" : $"did you mean '{near}'?");
            return null;
        }
        if (field.Ignored is { } why)
            context.Problems.Warn(entry.At, $"{full} is not honoured", why);
        return field.Read(entry.Value, full, context)?.With(entry.Value.Merging);
    }

    /// <summary>A mapping whose keys the user chooses.</summary>
    public static Reader Named(Reader value, bool mayBeEmpty = false) => (node, path, context) =>
    {
        if (node is not MapNode map)
            return Plain.Wrong(context, node, $"{path} must be a mapping, not {Plain.Name(node)}");
        var entries = new List<Entry>();
        foreach (var entry in map.Entries)
        {
            var full = path.Length == 0 ? entry.Key : $"{path}.{entry.Key}";
            if (entry.Value.Merging == Merging.Reset)
                entries.Add(entry with { Value = ScalarNode.Null(entry.Value.At).With(Merging.Reset) });
            else if (mayBeEmpty && entry.Value is ScalarNode { IsNull: true })
                entries.Add(entry);
            else if (value(entry.Value, full, context) is { } read)
                entries.Add(entry with { Value = read.With(entry.Value.Merging) });
        }
        return new MapNode(node.At, entries) { Merging = node.Merging };
    };

    public static Reader List(Reader item) => (node, path, context) =>
        node is ListNode list ? Items(list, item, path, context)
            : Plain.Wrong(context, node, $"{path} must be a list, not {Plain.Name(node)}");

    /// <summary>One value stands for a list of one.</summary>
    public static Reader OneOrList(Reader item) => (node, path, context) =>
        node is ListNode list ? Items(list, item, path, context)
            : item(node, path, context) is { } one ? new ListNode(node.At, [one]) : null;

    /// <summary>Items that may stand for several, like a range of ports.</summary>
    public static Reader Expanded(Func<Node, string, Context, IEnumerable<Node>> item) => (node, path, context) =>
    {
        if (node is not ListNode list)
            return Plain.Wrong(context, node, $"{path} must be a list, not {Plain.Name(node)}");
        var items = list.Items.Take(MostItems + 1).SelectMany((value, i) => item(value, $"{path}[{i}]", context)).Take(MostItems + 1).ToList();
        return items.Count > MostItems ? TooMany(node, path, context) : new ListNode(node.At, items) { Merging = node.Merging };
    };

    private static Node? TooMany(Node node, string path, Context context) =>
        Plain.Wrong(context, node, $"{path} has more than {MostItems} items");

    private static Node? Items(ListNode list, Reader item, string path, Context context)
    {
        if (list.Items.Count > MostItems)
            return TooMany(list, path, context);
        var items = new List<Node>();
        for (var i = 0; i < list.Items.Count; i++)
            if (item(list.Items[i], $"{path}[{i}]", context) is { } value)
                items.Add(value);
        return new ListNode(list.At, items) { Merging = list.Merging };
    }

    /// <summary>KEY: VALUE, or a list of KEY=VALUE. Without a value: null where that has a meaning, else empty text.</summary>
    public static Reader Pairs(bool keepNull = false) => (node, path, context) =>
    {
        var entries = new Dictionary<string, Entry>(StringComparer.Ordinal);
        switch (node)
        {
            case MapNode map:
                foreach (var entry in map.Entries)
                    if (Pair(entry, path, context, keepNull) is { } value)
                        entries[entry.Key] = entry with { Value = value };
                break;
            case ListNode list:
                for (var i = 0; i < list.Items.Count; i++)
                    if (Plain.AnyText(list.Items[i], $"{path}[{i}]", context) is ScalarNode text)
                        Add(entries, text, path, context, keepNull);
                break;
            default:
                return Plain.Wrong(context, node, $"{path} must be a mapping or a list of KEY=VALUE, not {Plain.Name(node)}");
        }
        return new MapNode(node.At, [.. entries.Values]) { Merging = node.Merging };
    };

    private static Node? Pair(Entry entry, string path, Context context, bool keepNull) => entry.Value switch
    {
        { Merging: Merging.Reset } => ScalarNode.Null(entry.Value.At).With(Merging.Reset),
        ScalarNode { IsNull: true } empty => keepNull ? empty : ScalarNode.Of(empty.At, ""),
        var value => Plain.AnyText(value, $"{path}.{entry.Key}", context),
    };

    /// <summary>The last of several with the same key counts.</summary>
    private static void Add(Dictionary<string, Entry> entries, ScalarNode text, string path, Context context, bool keepNull)
    {
        var equals = text.Text.IndexOf('=', StringComparison.Ordinal);
        var key = equals < 0 ? text.Text : text.Text[..equals];
        if (key.Length == 0)
        {
            context.Problems.Error(text.At, $"{path}: '{text.Text}' has no key", "write KEY=VALUE");
            return;
        }
        Node value = equals >= 0 ? ScalarNode.Of(text.At, text.Text[(equals + 1)..])
            : keepNull ? ScalarNode.Null(text.At) : ScalarNode.Of(text.At, "");
        entries[key] = new(key, text.At, value);
    }
}
