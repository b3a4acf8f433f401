using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orch.Core.Templates;

/// <summary>
/// JSON exactly as Docker's CLI prints it, so that scripts comparing text see no difference: members in the given
/// order, four spaces, and &lt; &gt; &amp; escaped in strings.
/// </summary>
public static class GoJson
{
    public static string Quote(string text)
    {
        var quoted = new StringBuilder(text.Length + 2).Append('"');
        foreach (var c in text)
            _ = c switch
            {
                '"' => quoted.Append("\\\""),
                '\\' => quoted.Append(@"\\"),
                '\n' => quoted.Append("\\n"),
                '\r' => quoted.Append("\\r"),
                '\t' => quoted.Append("\\t"),
                '\b' => quoted.Append("\\b"),
                '\f' => quoted.Append("\\f"),
                < ' ' or '<' or '>' or '&' or '\u2028' or '\u2029' =>
                    quoted.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}"),
                _ => quoted.Append(c),
            };
        return quoted.Append('"').ToString();
    }

    /// <summary>Indent null: on one line.</summary>
    public static void Write(StringBuilder to, JsonElement value, string? indent = null, int depth = 0)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                WriteAll(to, '{', '}', value.EnumerateObject(), indent, depth, member =>
                {
                    to.Append(Quote(member.Name)).Append(indent is null ? ":" : ": ");
                    Write(to, member.Value, indent, depth + 1);
                });
                break;
            case JsonValueKind.Array:
                WriteAll(to, '[', ']', value.EnumerateArray(), indent, depth, item => Write(to, item, indent, depth + 1));
                break;
            case JsonValueKind.String:
                to.Append(Quote(value.GetString()!));
                break;
            default:
                to.Append(value.GetRawText());
                break;
        }
    }

    private static void WriteAll<T>(StringBuilder to, char open, char close, IEnumerable<T> items, string? indent,
        int depth, Action<T> write)
    {
        to.Append(open);
        var any = false;
        foreach (var item in items)
        {
            to.Append(any ? "," : "");
            any = true;
            NewLine(to, indent, depth + 1);
            write(item);
        }
        if (any)
            NewLine(to, indent, depth);
        to.Append(close);
    }

    private static void NewLine(StringBuilder to, string? indent, int depth)
    {
        if (indent is null)
            return;
        to.Append('\n');
        for (var i = 0; i < depth; i++)
            to.Append(indent);
    }
}
