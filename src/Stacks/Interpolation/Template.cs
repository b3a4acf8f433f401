using System.Text;

namespace Orch.Stacks.Interpolation;

/// <summary>
/// Variables in text: <c>$X ${X} ${X:-d} ${X-d} ${X:?why} ${X?why} ${X:+r} ${X+r} $$</c>. Defaults may hold variables
/// themselves; what a variable holds is taken as it is.
/// </summary>
internal sealed class Template
{
    public const int MaxLength = 1 << 20;
    private const int MaxNesting = 16;
    private readonly Func<string, string?> _lookup;
    private readonly ExpansionBudget _budget;
    private readonly string _text;
    private int _at;

    private Template(string text, Func<string, string?> lookup, ExpansionBudget budget) =>
        (_text, _lookup, _budget) = (text, lookup, budget);

    /// <summary>Variables that were used bare and are not set; each became empty text.</summary>
    public List<string> Unset { get; } = [];

    /// <summary>Throws <see cref="FormatException"/> with a reason for the user.</summary>
    public static string Expand(
        string text, Func<string, string?> lookup, ExpansionBudget budget, out IReadOnlyList<string> unset)
    {
        unset = [];
        if (!text.Contains('$', StringComparison.Ordinal))
            return text;
        var template = new Template(text, lookup, budget);
        var expanded = template.Until(close: false, 0);
        unset = template.Unset;
        return expanded;
    }

    private string Until(bool close, int depth)
    {
        if (depth > MaxNesting)
            throw new FormatException($"variables are nested deeper than {MaxNesting} levels");
        var result = new StringBuilder();
        while (_at < _text.Length && !(close && _text[_at] == '}'))
        {
            var before = result.Length;
            var c = _text[_at++];
            if (c != '$')
                result.Append(c);
            else if (_at < _text.Length && _text[_at] == '$')
                result.Append(_text[_at++]);
            else if (_at < _text.Length && _text[_at] == '{')
                result.Append(Braced(depth));
            else
                result.Append(Value(Name()));
            _budget.Spend(result.Length - before);
            if (result.Length > MaxLength)
                throw new FormatException($"the text is longer than {MaxLength >> 20} MiB once its variables are filled in");
        }
        return result.ToString();
    }

    private string Braced(int depth)
    {
        _at++;
        var name = Name();
        if (_at >= _text.Length)
            throw new FormatException($"'${{{name}' has no closing '}}'");
        if (_text[_at] == '}')
        {
            _at++;
            return Value(name);
        }
        var colon = _text[_at] == ':';
        var sign = _at + (colon ? 1 : 0) < _text.Length ? _text[_at += colon ? 1 : 0] : '\0';
        if (sign is not ('-' or '?' or '+'))
            throw new FormatException($"'{sign}' cannot follow ${{{name}: use ${{{name}:-default}}, ${{{name}:?message}} or ${{{name}:+value}}");
        _at++;
        var unsetBefore = Unset.Count;
        var word = Until(close: true, depth + 1);
        if (_at >= _text.Length)
            throw new FormatException($"'${{{name}' has no closing '}}'");
        _at++;
        var value = _lookup(name);
        var isSet = value is not null && (!colon || value.Length > 0);
        var usesWord = sign == '+' ? isSet : !isSet;
        if (!usesWord)
            Unset.RemoveRange(unsetBefore, Unset.Count - unsetBefore);
        return sign switch
        {
            '-' => isSet ? value! : word,
            '+' => isSet ? word : "",
            _ => isSet ? value! : throw new FormatException(
                $"required variable {name} is missing a value" + (word.Length > 0 ? $": {word}" : "")),
        };
    }

    private string Name()
    {
        var start = _at;
        while (_at < _text.Length && (char.IsAsciiLetter(_text[_at]) || _text[_at] == '_' || (_at > start && char.IsAsciiDigit(_text[_at]))))
            _at++;
        return _at > start ? _text[start.._at] : throw new FormatException("a '$' must be followed by a variable's name; write $$ for the sign itself");
    }

    private string Value(string name)
    {
        if (_lookup(name) is { } value)
            return value;
        Unset.Add(name);
        return "";
    }
}
