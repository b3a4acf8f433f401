using System.Text;
using System.Text.RegularExpressions;

namespace Orch.Stacks.Yaml;

/// <summary>
/// Nodes as YAML for people: two spaces, text in quotes only where it would be read as something else. A <c>$</c> is
/// doubled, so that what is written is a stack file that says the same.
/// </summary>
public static partial class YamlWriter
{
    public static string Write(MapNode root, bool escapeVariables = true)
    {
        var text = new StringBuilder();
        Map(text, root, 0, escapeVariables);
        return text.ToString();
    }

    private static void Map(StringBuilder to, MapNode map, int indent, bool escape)
    {
        foreach (var entry in map.Entries)
        {
            to.Append(' ', indent).Append(Quote(entry.Key)).Append(':');
            Value(to, entry.Value, indent + 2, escape);
        }
    }

    private static void Value(StringBuilder to, Node node, int indent, bool escape)
    {
        switch (node)
        {
            case MapNode { Entries.Count: > 0 } map:
                to.Append('\n');
                Map(to, map, indent, escape);
                break;
            case ListNode { Items.Count: > 0 } list:
                to.Append('\n');
                foreach (var item in list.Items)
                    Item(to, item, indent, escape);
                break;
            default:
                to.Append(' ').Append(Leaf(node, escape)).Append('\n');
                break;
        }
    }

    private static void Item(StringBuilder to, Node item, int indent, bool escape)
    {
        to.Append(' ', indent).Append('-');
        if (item is not (MapNode { Entries.Count: > 0 } or ListNode { Items.Count: > 0 }))
        {
            to.Append(' ').Append(Leaf(item, escape)).Append('\n');
            return;
        }
        // The first line of the value stands behind the dash; both take two columns.
        var inner = new StringBuilder();
        if (item is MapNode map)
            Map(inner, map, indent + 2, escape);
        else
            foreach (var child in ((ListNode)item).Items)
                Item(inner, child, indent + 2, escape);
        to.Append(' ').Append(inner, indent + 2, inner.Length - indent - 2);
    }

    private static string Leaf(Node node, bool escape) => node switch
    {
        MapNode => "{}",
        ListNode => "[]",
        ScalarNode { Kind: ScalarKind.Text } text => Quote(escape ? text.Text.Replace("$", "$$", StringComparison.Ordinal) : text.Text),
        ScalarNode { IsNull: true } => "null",
        _ => ((ScalarNode)node).Text,
    };

    private static string Quote(string text)
    {
        if (Bare().IsMatch(text) && Scalars.KindOf(text) == ScalarKind.Text && Scalars.Bool(text) is null)
            return text;
        var quoted = new StringBuilder("\"");
        foreach (var c in text)
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                < ' ' or '\u007f' or '\u0085' or '\u2028' or '\u2029' or '\uFEFF' => quoted.Append($"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        return quoted.Append('"').ToString();
    }

    /// <summary>No sign that YAML gives a meaning at that place; a space only between words.</summary>
    [GeneratedRegex(@"^[A-Za-z0-9_./$][A-Za-z0-9_./$@%+=,()-]*(:[A-Za-z0-9_./$@%+=,()-]+)*( [A-Za-z0-9_./$@%+=,()-]+(:[A-Za-z0-9_./$@%+=,()-]+)*)*\z")]
    private static partial Regex Bare();
}
