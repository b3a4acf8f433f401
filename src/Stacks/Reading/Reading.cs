using Orch.Stacks.Yaml;

namespace Orch.Stacks.Reading;

/// <summary>What readers of values share: where problems go, and which folder relative paths start from.</summary>
internal sealed record Context(ProblemList Problems, string Directory, Func<string, string?> Environment);

/// <summary>
/// Reads a value and gives it back in its one canonical form (short syntax becomes long), or null after reporting why
/// it cannot. The path names the value to the user: <c>services.web.ports[0]</c>.
/// </summary>
internal delegate Node? Reader(Node node, string path, Context context);

/// <summary>Readers for plain values.</summary>
internal static class Plain
{
    public static readonly Reader Text = (node, path, context) =>
        node is ScalarNode { Kind: ScalarKind.Text } ? node
        : node is ScalarNode { IsNull: false } scalar
            ? Wrong(context, node, $"{path} must be a string", $"put it in quotes: \"{scalar.Text}\"")
        : Wrong(context, node, $"{path} must be a string, not {Name(node)}");

    /// <summary>Numbers and booleans count as the text they are written as.</summary>
    public static readonly Reader AnyText = (node, path, context) =>
        node is ScalarNode { IsNull: false } scalar ? ScalarNode.Of(node.At, scalar.Text)
        : Wrong(context, node, $"{path} must be a string or a number, not {Name(node)}");

    public static readonly Reader Bool = (node, path, context) =>
        node is ScalarNode { IsNull: false } scalar && Scalars.Bool(scalar.Text) is { } value ? ScalarNode.Of(node.At, value)
        : Wrong(context, node, $"{path} must be true or false, not {Show(node)}");

    public static readonly Reader Integer = (node, path, context) =>
        node is ScalarNode scalar && Scalars.TryInteger(scalar.Text, out var value) ? ScalarNode.Of(node.At, value)
        : Wrong(context, node, $"{path} must be a whole number, not {Show(node)}");

    public static readonly Reader Count = (node, path, context) =>
        Integer(node, path, context) is not ScalarNode number ? null
        : number.Text[0] != '-' ? number : Wrong(context, node, $"{path} must not be negative");

    public static readonly Reader Ratio = (node, path, context) =>
        node is ScalarNode scalar && decimal.TryParse(scalar.Text, System.Globalization.NumberStyles.Float,
            System.Globalization.CultureInfo.InvariantCulture, out var value) && value is >= 0 and <= 1
            ? new ScalarNode(node.At, value.ToString(System.Globalization.CultureInfo.InvariantCulture), ScalarKind.Float)
            : Wrong(context, node, $"{path} must be a number from 0 to 1, not {Show(node)}");

    /// <summary>1m30s in Go's own form.</summary>
    public static readonly Reader Duration = (node, path, context) =>
    {
        if (node is not ScalarNode { IsNull: false } scalar)
            return Wrong(context, node, $"{path} must be a duration like 10s or 1m30s, not {Name(node)}");
        try
        {
            var nanos = GoDuration.Parse(scalar.Text);
            return nanos >= 0 ? ScalarNode.Of(node.At, GoDuration.Format(nanos))
                : Wrong(context, node, $"{path} must not be negative");
        }
        catch (FormatException)
        {
            var hint = Scalars.TryInteger(scalar.Text, out _) ? $"add a unit: {scalar.Text}s" : "write it like 10s, 500ms or 1m30s";
            return Wrong(context, node, $"{path} is not a duration: '{scalar.Text}'", hint);
        }
    };

    /// <summary>A number of bytes, as text.</summary>
    public static readonly Reader Bytes = (node, path, context) =>
    {
        if (node is not ScalarNode { IsNull: false } scalar)
            return Wrong(context, node, $"{path} must be a size like 64M, not {Name(node)}");
        try
        {
            return ScalarNode.Of(node.At, ByteSize.Parse(scalar.Text)
                .ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        catch (FormatException)
        {
            return Wrong(context, node, $"{path} is not a size: '{scalar.Text}'", "write it like 512K, 64M or 1.5G");
        }
    };

    /// <summary>Takes what is there: for values that are named as not carried out.</summary>
    public static readonly Reader Anything = (node, _, _) => node;

    public static Reader OneOf(params string[] words) => (node, path, context) =>
    {
        if (node is ScalarNode scalar && words.Contains(scalar.Text))
            return ScalarNode.Of(node.At, scalar.Text);
        var near = node is ScalarNode { IsNull: false } text ? Nearest.To(text.Text, words) : null;
        return Wrong(context, node, $"{path} must be one of {string.Join(", ", words)}, not {Show(node)}",
            near is null ? null : $"did you mean {near}?");
    };

    public static string Name(Node node) => node switch
    {
        ListNode => "a list",
        MapNode => "a mapping",
        ScalarNode { IsNull: true } => "empty",
        ScalarNode { Kind: ScalarKind.Bool } => "a boolean",
        ScalarNode { Kind: ScalarKind.Text } => "text",
        _ => "a number",
    };

    public static string Show(Node node) =>
        node is ScalarNode { IsNull: false } scalar ? $"'{(scalar.Text.Length > 60 ? scalar.Text[..60] + "…" : scalar.Text)}'" : Name(node);

    public static Node? Wrong(Context context, Node node, string message, string? hint = null)
    {
        context.Problems.Error(node.At, message, hint);
        return null;
    }
}
