using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orch.Stacks.Yaml;

/// <summary>
/// YAML text as positioned nodes. Aliases and merge keys are resolved here; depth, size and what aliases expand to are
/// bounded, so no document can use more memory than its limits allow.
/// </summary>
internal sealed class YamlReader
{
    public const int MaxCharacters = 4 << 20;
    public const int MaxDepth = 64;
    public const long MaxNodes = 200_000;

    /// <summary>With each alias counted as what it means: values are copied when variables are filled in.</summary>
    public const long MaxExpandedCharacters = 2 * MaxCharacters;
    private readonly string _file;
    private readonly ProblemList _problems;
    private readonly Parser _parser;
    private readonly Dictionary<string, Node?> _anchors = new(StringComparer.Ordinal);
    private long _nodes;
    private long _characters;

    private YamlReader(string file, string text, ProblemList problems)
    {
        (_file, _problems) = (file, problems);
        _parser = new Parser(new StringReader(text));
    }

    /// <summary>Null when the text could not be read; why is among the problems. An empty document is an empty mapping.</summary>
    public static Node? Read(string file, string text, ProblemList problems)
    {
        if (text.Length > MaxCharacters)
        {
            problems.Error(new(file, 1, 1), $"the file is larger than {MaxCharacters >> 20} MiB");
            return null;
        }
        try
        {
            return new YamlReader(file, text, problems).Document();
        }
        catch (GiveUpException)
        {
            return null;
        }
        catch (YamlException e)
        {
            problems.Error(Place(file, text, e), $"this is not YAML: {Reason(e)}", Advice(text, e));
            return null;
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or IndexOutOfRangeException)
        {
            // The scanner has a few inputs that it does not expect; to the user they are all text that is no YAML.
            problems.Error(new(file, 1, 1), $"this is not YAML: {e.Message}");
            return null;
        }
    }

    private Node Document()
    {
        Next<StreamStart>();
        if (Peek() is StreamEnd)
            return MapNode.Empty(new(_file, 1, 1));
        Next<DocumentStart>();
        var root = Value(0);
        Next<DocumentEnd>();
        if (Peek() is DocumentStart second)
            throw GiveUp(second.Start, "a second document begins here: a stack file holds one",
                "put the documents into files of their own and name each with -c");
        return root is ScalarNode { IsNull: true } ? MapNode.Empty(root.At) : root;
    }

    private Node Value(int depth)
    {
        var next = Take();
        if (depth > MaxDepth)
            throw GiveUp(next.Start, $"values are nested deeper than {MaxDepth} levels");
        if (next is AnchorAlias alias)
            return Alias(alias);
        var anchor = next is NodeEvent { Anchor.IsEmpty: false } named ? named.Anchor.Value : null;
        if (anchor is not null)
            _anchors[anchor] = null;
        Node node = next switch
        {
            Scalar scalar => Scalar(scalar),
            SequenceStart start => List(start, depth),
            MappingStart start => Map(start, depth),
            _ => throw GiveUp(next.Start, "a value was expected here"),
        };
        Count(1, node is ScalarNode { Text.Length: var length } ? length : 0, next.Start);
        if (anchor is not null)
            _anchors[anchor] = node;
        return Tagged(node, (NodeEvent)next);
    }

    private Node Alias(AnchorAlias alias)
    {
        if (!_anchors.TryGetValue(alias.Value.Value, out var node))
            throw GiveUp(alias.Start, $"alias *{alias.Value} has no anchor above it",
                Nearest.To(alias.Value.Value, _anchors.Keys) is { } near ? $"did you mean *{near}?" : $"write &{alias.Value} at the value it means");
        if (node is null)
            throw GiveUp(alias.Start, $"alias *{alias.Value} is inside the value it means");
        Count(node.Size, node.Characters, alias.Start);
        return node;
    }

    private ScalarNode Scalar(Scalar scalar)
    {
        var text = scalar.Value;
        var asText = scalar.Style is not (ScalarStyle.Plain or ScalarStyle.Any)
            || (!scalar.Tag.IsEmpty && scalar.Tag.Value == "tag:yaml.org,2002:str");
        var kind = asText ? ScalarKind.Text : Scalars.KindOf(text);
        return new ScalarNode(At(_file, scalar.Start), kind == ScalarKind.Null ? "" : text, kind);
    }

    private ListNode List(SequenceStart start, int depth)
    {
        var items = new List<Node>();
        while (Peek() is not SequenceEnd)
            items.Add(Value(depth + 1));
        Take();
        return new ListNode(At(_file, start.Start), items);
    }

    private MapNode Map(MappingStart start, int depth)
    {
        var entries = new List<Entry>();
        var seen = new Dictionary<string, Position>(StringComparer.Ordinal);
        var merged = new List<Node>();
        while (Peek() is not MappingEnd)
        {
            var (key, at, isMerge) = Key(depth);
            var value = Value(depth + 1);
            if (isMerge)
                merged.Add(value);
            else if (seen.TryAdd(key, at))
                entries.Add(new(key, at, value));
            else
                _problems.Error(at, $"key '{key}' is given twice", $"it is already at line {seen[key].Line}");
            Count(1, 0, start.Start);
        }
        Take();
        foreach (var source in merged)
            MergeKey(source, entries, seen);
        return new MapNode(At(_file, start.Start), entries);
    }

    private (string Key, Position At, bool IsMerge) Key(int depth)
    {
        var next = Peek();
        var node = Value(depth + 1);
        var at = At(_file, next.Start);
        if (node is not ScalarNode scalar)
            throw GiveUp(next.Start, "a key must be plain text");
        return (scalar.Text, at, next is Scalar { Style: ScalarStyle.Plain, Value: "<<" });
    }

    /// <summary>What is written beside <c>&lt;&lt;</c> wins; of several sources, the first.</summary>
    private void MergeKey(Node source, List<Entry> entries, Dictionary<string, Position> seen)
    {
        switch (source)
        {
            case MapNode map:
                Count(map.Size, map.Characters, new Mark(0, map.At.Line, map.At.Column));
                entries.AddRange(map.Entries.Where(entry => seen.TryAdd(entry.Key, entry.At)));
                break;
            case ListNode list when list.Items.All(item => item is MapNode):
                foreach (var item in list.Items)
                    MergeKey(item, entries, seen);
                break;
            default:
                _problems.Error(source.At, "'<<' merges mappings only", "write <<: *anchor of a mapping, or a list of such");
                break;
        }
    }

    private Node Tagged(Node node, NodeEvent source)
    {
        var tag = source.Tag.IsEmpty ? "" : source.Tag.Value;
        switch (tag)
        {
            case "" or "!" or "?":
                return node;
            case "!reset":
                return node.With(Merging.Reset);
            case "!override":
                return node.With(Merging.Override);
        }
        if (!tag.StartsWith("tag:yaml.org,2002:", StringComparison.Ordinal))
            _problems.Error(node.At, $"tag {tag} is not known", "only !reset and !override have a meaning here");
        return node;
    }

    private void Count(long nodes, long characters, Mark at)
    {
        (_nodes, _characters) = (_nodes + nodes, _characters + characters);
        if (_nodes > MaxNodes)
            throw GiveUp(at, $"the document has more than {MaxNodes:N0} values once its aliases are expanded");
        if (_characters > MaxExpandedCharacters)
            throw GiveUp(at, $"the document has more than {MaxExpandedCharacters >> 20} Mi characters once its aliases are expanded",
                "keep long texts in configs, which services refer to by name");
    }

    private ParsingEvent Peek()
    {
        while (_parser.Current is null or Comment)
            if (!_parser.MoveNext())
                throw new YamlException("the document ends early");
        return _parser.Current;
    }

    private ParsingEvent Take()
    {
        var next = Peek();
        _parser.MoveNext();
        return next;
    }

    private void Next<T>() where T : ParsingEvent
    {
        if (Take() is not T)
            throw new YamlException($"{typeof(T).Name} was expected");
    }

    private GiveUpException GiveUp(Mark at, string message, string? hint = null)
    {
        _problems.Error(At(_file, at), message, hint);
        return new GiveUpException();
    }

    private static Position At(string file, Mark mark) =>
        new(file, (int)Math.Max(1, mark.Line), (int)Math.Max(1, mark.Column));

    private static string Reason(YamlException e)
    {
        var inner = e.InnerException is YamlException deeper ? deeper : e;
        var text = inner.Message.TrimEnd('.');
        return text.Length == 0 ? "unexpected text" : char.ToLowerInvariant(text[0]) + text[1..];
    }

    /// <summary>A tab is found where the block around it begins; the user needs the tab.</summary>
    private static Position Place(string file, string text, YamlException e)
    {
        if (!IsTab(e))
            return At(file, e.Start);
        var line = 1;
        foreach (var content in text.AsSpan().EnumerateLines())
        {
            var blank = content[..(content.IndexOfAnyExcept(' ', '\t') is >= 0 and var end ? end : content.Length)];
            if (line >= e.Start.Line && blank.IndexOf('\t') is >= 0 and var tab)
                return new(file, line, tab + 1);
            line++;
        }
        return At(file, e.Start);
    }

    private static bool IsTab(YamlException e) => Reason(e).Contains("invalid tab", StringComparison.Ordinal);

    /// <summary>The two mistakes that are made most.</summary>
    private static string? Advice(string text, YamlException e)
    {
        var line = text.Split('\n').ElementAtOrDefault((int)Math.Max(0, e.Start.Line - 1)) ?? "";
        return IsTab(e) || line.Contains('\t', StringComparison.Ordinal) ? "indent with spaces: YAML does not allow tabs"
            : e.Message.Contains("invalid mapping", StringComparison.Ordinal)
                ? "check the indentation, and put text that contains ': ' in quotes" : null;
    }

    /// <summary>Reading cannot go on; the problem is already recorded.</summary>
    private sealed class GiveUpException : Exception;
}
