using System.Text;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Interpolation;

/// <summary>
/// Files of KEY=VALUE lines: <c>.env</c> and env_file. Values may be quoted, end at <c> #</c>, and hold variables unless in
/// single quotes. A key alone takes the environment's value, null when there is none.
/// </summary>
internal sealed class DotEnv(string file, string text, Func<string, string?> lookup, ProblemList problems, ExpansionBudget budget)
{
    private readonly Dictionary<string, string?> _values = new(StringComparer.Ordinal);
    private readonly List<string> _order = [];
    private int _at;
    private int _line = 1;

    public static List<KeyValuePair<string, string?>> Read(
        string file, string text, Func<string, string?> lookup, ProblemList problems, ExpansionBudget budget) =>
        new DotEnv(file, text, lookup, problems, budget).ReadAll();

    /// <summary>Every line as it is: no quotes, comments at the line's start only, no variables (compose's <c>format: raw</c>).</summary>
    public static List<KeyValuePair<string, string?>> ReadRaw(string text, Func<string, string?> lookup)
    {
        var values = new List<KeyValuePair<string, string?>>();
        foreach (var line in text.Split('\n').Select(line => line.TrimEnd('\r').TrimStart()))
        {
            if (line.Length == 0 || line[0] == '#')
                continue;
            var equals = line.IndexOf('=', StringComparison.Ordinal);
            values.Add(equals < 0 ? new(line.Trim(), lookup(line.Trim())) : new(line[..equals], line[(equals + 1)..]));
        }
        return values;
    }

    private List<KeyValuePair<string, string?>> ReadAll()
    {
        if (text.StartsWith('\uFEFF'))
            _at++;
        while (_at < text.Length)
            Line();
        return [.. _order.Select(key => new KeyValuePair<string, string?>(key, _values[key]))];
    }

    private void Line()
    {
        var (start, key) = Key();
        while (key == "export" && !AtEnd() && text[_at] != '=')
            (start, key) = Key();
        if (key.Length == 0 && (AtEnd() || text[_at] == '#'))
        {
            SkipLine();
            return;
        }
        var line = _line;
        if (key.Length == 0 || key.Any(c => c is '"' or '\'' || char.IsControl(c)))
        {
            problems.Error(new(file, line, 1), "this is not KEY=VALUE", "comments begin with #");
            SkipLine();
            return;
        }
        SkipBlanks();
        if (!AtEnd() && text[_at] == '=')
        {
            _at++;
            SkipBlanks();
            Set(key, Value(line));
        }
        else if (AtEnd() || text[_at] == '#')
            Set(key, lookup(key));
        else
            problems.Error(new(file, line, _at - start + 1), $"'{key}' is followed by text without '='", $"write {key}=VALUE");
        SkipLine();
    }

    /// <summary>The next word, empty at the end of the line and before a comment.</summary>
    private (int Start, string Key) Key()
    {
        SkipBlanks();
        var start = _at;
        if (AtEnd() || text[_at] == '#')
            return (start, "");
        while (!AtEnd() && text[_at] is not ('=' or ' ' or '\t'))
            _at++;
        return (start, text[start.._at]);
    }

    private void Set(string key, string? value)
    {
        if (!_values.ContainsKey(key))
            _order.Add(key);
        _values[key] = value;
    }

    private string Value(int line)
    {
        if (!AtEnd() && text[_at] is '"' or '\'')
            return Quoted(line);
        var start = _at;
        while (!AtEnd() && !(text[_at] == '#' && _at > start && text[_at - 1] is ' ' or '\t'))
            _at++;
        return Expand(text[start.._at].Trim(), line);
    }

    /// <summary>May go over several lines.</summary>
    private string Quoted(int line)
    {
        var quote = text[_at++];
        var value = new StringBuilder();
        for (; _at < text.Length && text[_at] != quote; _at++)
        {
            if (text[_at] == '\n')
                _line++;
            if (quote == '"' && text[_at] == '\\' && _at + 1 < text.Length)
                value.Append(text[++_at] switch { 'n' => "\n", 'r' => "\r", 't' => "\t", '$' => "$$", '"' => "\"", '\\' => "\\", var c => $"\\{c}" });
            else
                value.Append(text[_at]);
        }
        if (_at >= text.Length)
            problems.Error(new(file, line, 1), $"the value's {quote} is not closed");
        else
            _at++;
        return quote == '"' ? Expand(value.ToString(), line) : value.ToString();
    }

    private string Expand(string value, int line)
    {
        if (budget.IsSpent)
            return value;
        try
        {
            return Template.Expand(value, name => lookup(name) ?? _values.GetValueOrDefault(name), budget, out _);
        }
        catch (FormatException e)
        {
            problems.Error(new(file, line, 1), e.Message);
            return value;
        }
    }

    private bool AtEnd() => _at >= text.Length || text[_at] is '\n' or '\r';

    private void SkipBlanks()
    {
        while (_at < text.Length && text[_at] is ' ' or '\t')
            _at++;
    }

    private void SkipLine()
    {
        while (_at < text.Length && text[_at] != '\n')
            _at++;
        _at++;
        _line++;
    }
}
