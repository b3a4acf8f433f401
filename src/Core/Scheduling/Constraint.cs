using System.Diagnostics.CodeAnalysis;

namespace Orch.Core.Scheduling;

/// <summary>
/// One placement constraint, <c>KEY==VALUE</c> or <c>KEY!=VALUE</c>, in Docker's grammar. Whether the key exists is not
/// its business: an unknown one matches no node, as a typing error in a label does.
/// </summary>
public sealed record Constraint
{
    private const string ValueExtras = ":-_.*()?+[]\\^$|/";

    private Constraint(string key, bool negated, string value)
    {
        (Key, Negated, Value) = (key, negated, value);
        Attribute = NodeAttribute.Canonical(key);
        Wanted = Attribute == "node.platform.arch" ? Platform.Architecture(value) : value;
    }

    public string Key { get; }
    public bool Negated { get; }
    public string Value { get; }

    /// <summary>The key under which nodes are indexed; null when no node can have it.</summary>
    internal string? Attribute { get; }

    /// <summary>The value as nodes are indexed by it.</summary>
    internal string Wanted { get; }

    /// <summary>Throws <see cref="FormatException"/> with the words of <see cref="TryParse"/>.</summary>
    public static Constraint Parse(string text) =>
        TryParse(text, out var constraint, out var error) ? constraint : throw new FormatException(error);

    /// <summary>The error is Docker's sentence, so that clients show what they always showed.</summary>
    public static bool TryParse(
        string text, [NotNullWhen(true)] out Constraint? constraint, [NotNullWhen(false)] out string? error)
    {
        constraint = null;
        var at = text.IndexOf("==", StringComparison.Ordinal);
        var negated = at < 0;
        if (negated)
            at = text.IndexOf("!=", StringComparison.Ordinal);
        if (at < 0)
        {
            error = "constraint expected one operator from ==, !=";
            return false;
        }
        var key = text[..at].Trim();
        var value = text[(at + 2)..].Trim();
        error = !IsKey(key) ? $"key '{key}' is invalid" : !IsValue(value) ? $"value '{value}' is invalid" : null;
        if (error is not null)
            return false;
        constraint = new(key, negated, value);
        return true;
    }

    public override string ToString() => $"{Key}{(Negated ? "!=" : "==")}{Value}";

    private static bool IsKey(string key) =>
        key.Length >= 2 && (char.IsAsciiLetter(key[0]) || key[0] == '_')
        && key.AsSpan(1).IndexOfAnyExcept(KeyTail) < 0;

    private static bool IsValue(string value)
    {
        foreach (var c in value)
        {
            if (!char.IsAsciiLetterOrDigit(c) && !char.IsWhiteSpace(c) && !ValueExtras.Contains(c))
                return false;
        }
        return value.Length > 0;
    }

    private static readonly System.Buffers.SearchValues<char> KeyTail = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");
}
