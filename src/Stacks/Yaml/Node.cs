using System.Globalization;

namespace Orch.Stacks.Yaml;

public enum ScalarKind
{
    Null,
    Bool,
    Integer,
    Float,
    Text,
}

/// <summary>How a value meets the one it overrides: compose's <c>!reset</c> takes it away, <c>!override</c> takes its place.</summary>
public enum Merging
{
    Normal,
    Reset,
    Override,
}

/// <summary>
/// A value of a stack file with its place. Immutable, so that a YAML alias shares it; <see cref="Size"/> and
/// <see cref="Characters"/> count what it would be written out in full, which is how a document that only grows by
/// aliases is caught.
/// </summary>
public abstract class Node(Position at)
{
    public Position At { get; } = at;
    public Merging Merging { get; init; }
    public abstract long Size { get; }
    public abstract long Characters { get; }

    /// <summary>The same value that meets others in another way.</summary>
    public abstract Node With(Merging merging);
}

public sealed class ScalarNode(Position at, string text, ScalarKind kind) : Node(at)
{
    public string Text { get; } = text;
    public ScalarKind Kind { get; } = kind;
    public bool IsNull => Kind == ScalarKind.Null;
    public override long Size => 1;
    public override long Characters => Text.Length;

    public static ScalarNode Of(Position at, string text) => new(at, text, ScalarKind.Text);

    public static ScalarNode Of(Position at, long number) =>
        new(at, number.ToString(CultureInfo.InvariantCulture), ScalarKind.Integer);

    public static ScalarNode Of(Position at, bool value) => new(at, value ? "true" : "false", ScalarKind.Bool);

    public static ScalarNode Null(Position at) => new(at, "", ScalarKind.Null);

    public override Node With(Merging merging) => new ScalarNode(At, Text, Kind) { Merging = merging };
}

public sealed class ListNode(Position at, IReadOnlyList<Node> items) : Node(at)
{
    public IReadOnlyList<Node> Items { get; } = items;
    public override long Size { get; } = 1 + items.Sum(item => item.Size);
    public override long Characters { get; } = items.Sum(item => item.Characters);

    public override Node With(Merging merging) => new ListNode(At, Items) { Merging = merging };
}

/// <summary>Keys in the order written, each once.</summary>
public sealed class MapNode(Position at, IReadOnlyList<Entry> entries) : Node(at)
{
    private readonly Dictionary<string, Entry> _byKey = Index(entries);

    public IReadOnlyList<Entry> Entries { get; } = entries;
    public override long Size { get; } = 1 + entries.Sum(entry => 1 + entry.Value.Size);
    public override long Characters { get; } = entries.Sum(entry => entry.Key.Length + entry.Value.Characters);
    public Node? this[string key] => _byKey.GetValueOrDefault(key)?.Value;

    public Entry? Find(string key) => _byKey.GetValueOrDefault(key);

    public static MapNode Empty(Position at) => new(at, []);

    public MapNode Without(string key) =>
        Find(key) is null ? this : new(At, [.. Entries.Where(entry => entry.Key != key)]) { Merging = Merging };

    /// <summary>The value takes the place of one with the same key, or comes last.</summary>
    public MapNode Put(string key, Node value)
    {
        var entry = new Entry(key, Find(key)?.At ?? value.At, value);
        return Find(key) is null ? new(At, [.. Entries, entry]) { Merging = Merging }
            : new(At, [.. Entries.Select(old => old.Key == key ? entry : old)]) { Merging = Merging };
    }

    public override Node With(Merging merging) => new MapNode(At, Entries) { Merging = merging };

    private static Dictionary<string, Entry> Index(IReadOnlyList<Entry> entries)
    {
        var index = new Dictionary<string, Entry>(entries.Count, StringComparer.Ordinal);
        foreach (var entry in entries)
            index.TryAdd(entry.Key, entry);
        return index;
    }
}

public sealed record Entry(string Key, Position At, Node Value);
