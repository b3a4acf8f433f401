using System.Globalization;

namespace Orch.Core.Templates;

/// <summary>The functions of Go templates and those Docker adds: json, join, split, lower, upper, title, pad, truncate.</summary>
internal static class TemplateFunctions
{
    private const int MaxWidth = 10_000;
    private const int MaxText = 16 * 1024 * 1024;

    public static object? Call(string name, IReadOnlyList<object?> args) => name switch
    {
        "json" => TemplateValue.Json(One(name, args)),
        "lower" => Text(One(name, args)).ToLowerInvariant(),
        "upper" => Text(One(name, args)).ToUpperInvariant(),
        "title" => Title(Text(One(name, args))),
        "println" => string.Join(' ', args.Select(TemplateValue.Print)) + "\n",
        "print" => string.Concat(args.Select(TemplateValue.Print)),
        "printf" => Printf(args),
        "len" => Length(One(name, args)),
        "index" => Index(args),
        "not" => !TemplateValue.IsTrue(One(name, args)),
        "and" when args.Count > 0 => args.FirstOrDefault(arg => !TemplateValue.IsTrue(arg), args[^1]),
        "or" when args.Count > 0 => args.FirstOrDefault(TemplateValue.IsTrue, args[^1]),
        "eq" => Two(name, args) && args.Skip(1).Any(arg => Compare(args[0], arg) == 0),
        "ne" => Two(name, args) && Compare(args[0], args[1]) != 0,
        "lt" => Two(name, args) && Compare(args[0], args[1]) < 0,
        "le" => Two(name, args) && Compare(args[0], args[1]) <= 0,
        "gt" => Two(name, args) && Compare(args[0], args[1]) > 0,
        "ge" => Two(name, args) && Compare(args[0], args[1]) >= 0,
        "join" when Two(name, args) => Join(TemplateValue.Items(args[0]).Select(item => item.Item), Text(args[1])),
        "split" when Two(name, args) => Text(args[0]).Split(Text(args[1])).Cast<object?>().ToList(),
        "pad" when args.Count == 3 => Pad(Text(args[0]), Width(args[1]), Width(args[2])),
        "truncate" when Two(name, args) => Truncate(Text(args[0]), Width(args[1])),
        "pad" => throw new TemplateException("pad takes a text and two widths"),
        _ => throw new TemplateException($"function \"{name}\" not defined"),
    };

    private static object? One(string name, IReadOnlyList<object?> args) => args.Count == 1
        ? args[0] : throw new TemplateException($"wrong number of args for {name}: want 1 got {args.Count}");

    private static bool Two(string name, IReadOnlyList<object?> args) => args.Count >= 2
        ? true : throw new TemplateException($"wrong number of args for {name}: want at least 2 got {args.Count}");

    private static string Text(object? value) => TemplateValue.Plain(value) as string ?? TemplateValue.Print(value);

    private static int Width(object? value) => TemplateValue.Plain(value) is long and >= 0 and <= MaxWidth and var n
        ? (int)n : throw new TemplateException($"a width between 0 and {MaxWidth} was expected");

    private static string Pad(string text, int before, int after) =>
        text.Length == 0 ? text : new string(' ', before) + text + new string(' ', after);

    private static string Join(IEnumerable<object?> items, string between)
    {
        var result = new System.Text.StringBuilder();
        var prefix = "";
        foreach (var item in items)
        {
            Bounded(result.Append(prefix).Append(TemplateValue.Print(item)));
            prefix = between;
        }
        return result.ToString();
    }

    private static void Bounded(System.Text.StringBuilder text)
    {
        if (text.Length > MaxText)
            throw new TemplateException($"a text grows beyond {MaxText} characters");
    }

    private static string Truncate(string text, int width) => text.Length <= width ? text : text[..width];

    private static string Title(string text) =>
        text.Length == 0 ? text : CultureInfo.InvariantCulture.TextInfo.ToTitleCase(text);

    private static long Length(object? value) =>
        TemplateValue.Plain(value) is string text ? text.Length : TemplateValue.Items(value).LongCount();

    private static object? Index(IReadOnlyList<object?> args)
    {
        if (args.Count == 0)
            throw new TemplateException("index of untyped nil");
        var value = args[0];
        foreach (var key in args.Skip(1).Select(TemplateValue.Plain))
        {
            if (value is IReadOnlyDictionary<string, object?> map && key is string name)
            {
                value = map.GetValueOrDefault(name, "");
                continue;
            }
            var found = TemplateValue.Items(value).Where(item => Equals(item.Key, key)).Take(1).ToList();
            if (found.Count == 0 && key is long)
                throw new TemplateException($"error calling index: index out of range: {key}");
            value = found.Count == 0 ? null : found[0].Item;
        }
        return value;
    }

    private static int Compare(object? left, object? right) => (TemplateValue.Plain(left), TemplateValue.Plain(right)) switch
    {
        (long a, long b) => a.CompareTo(b),
        (long a, double b) => ((double)a).CompareTo(b),
        (double a, long b) => a.CompareTo(b),
        (double a, double b) => a.CompareTo(b),
        (string a, string b) => string.CompareOrdinal(a, b),
        (bool a, bool b) => a.CompareTo(b),
        (null, null) => 0,
        (null, _) => -1,
        (_, null) => 1,
        _ => throw new TemplateException("incompatible types for comparison"),
    };

    /// <summary>%s, %v, %d, %q and %%, with an optional width as in %-10s.</summary>
    private static string Printf(IReadOnlyList<object?> args)
    {
        var format = args.Count > 0 ? Text(args[0]) : throw new TemplateException("wrong number of args for printf");
        var result = new System.Text.StringBuilder();
        var next = 1;
        for (var i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                result.Append(format[i]);
                continue;
            }
            var start = ++i;
            while (i < format.Length && (format[i] == '-' || char.IsAsciiDigit(format[i])))
                i++;
            var verb = i < format.Length ? format[i] : throw new TemplateException("printf: a verb is missing after %");
            if (verb == '%')
            {
                result.Append('%');
                continue;
            }
            var value = next < args.Count ? args[next++] : throw new TemplateException("printf: an argument is missing");
            var text = verb == 'q' ? GoJson.Quote(Text(value)) : TemplateValue.Print(value);
            _ = int.TryParse(format[start..i], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var width);
            width = Math.Clamp(width, -MaxWidth, MaxWidth);
            Bounded(result.Append(width < 0 ? text.PadRight(-width) : text.PadLeft(width)));
        }
        return result.ToString();
    }
}
