using System.Globalization;

namespace Orch.Cli.Parsing;

/// <summary>What a command line said: the options given, typed on demand, and the plain words.</summary>
internal sealed class ParsedFlags(IReadOnlyList<Flag> flags)
{
    private readonly Dictionary<string, List<string>> _values = [];
    private readonly List<string> _words = [];

    public IReadOnlyList<string> Words => _words;

    public void AddWord(string word) => _words.Add(word);

    public void AddWords(IReadOnlyList<string> words, int from)
    {
        for (var i = from; i < words.Count; i++)
            _words.Add(words[i]);
    }

    public void Set(Flag flag, string value)
    {
        if (flag.Kind == FlagKind.Switch && !TryBool(value, out _))
            throw Invalid(flag.Name, value, $"strconv.ParseBool: parsing \"{value}\": invalid syntax");
        if (flag.Kind != FlagKind.List || !_values.TryGetValue(flag.Name, out var values))
            _values[flag.Name] = values = [];
        values.Add(value);
    }

    /// <summary>Given on the command line, whatever its value.</summary>
    public bool Has(string name) => _values.ContainsKey(name);

    public bool HasAny(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
            if (Has(name))
                return true;
        return false;
    }

    public bool On(string name) => _values.TryGetValue(name, out var v) && TryBool(v[^1], out var on) && on;

    /// <summary>The value given, or the flag's default, or null.</summary>
    public string? Text(string name) =>
        _values.TryGetValue(name, out var v) ? v[^1] : flags.FirstOrDefault(f => f.Name == name)?.Default;

    public IReadOnlyList<string> All(string name) => _values.TryGetValue(name, out var values) ? values : [];

    public ulong? Count(string name) => Convert(name, text =>
        ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var n)
            ? n : throw new FormatException($"strconv.ParseUint: parsing \"{text}\": invalid syntax"));

    public long? Number(string name) => Convert(name, text =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n)
            ? n : throw new FormatException($"strconv.ParseInt: parsing \"{text}\": invalid syntax"));

    public double? Ratio(string name) => Convert(name, text =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var n) && double.IsFinite(n)
            ? n : throw new FormatException($"strconv.ParseFloat: parsing \"{text}\": invalid syntax"));

    /// <summary>Nanoseconds.</summary>
    public long? Nanos(string name) => Convert(name, GoDuration.Parse);

    public long? Bytes(string name) => Convert(name, ByteSize.Parse);

    /// <summary>Reads a value given; a value that cannot be read is a usage error that names the flag.</summary>
    public T? Convert<T>(string name, Func<string, T> read) where T : struct =>
        _values.TryGetValue(name, out var values) ? Read(name, values[^1], read) : null;

    public List<T> Each<T>(string name, Func<string, T> read) => [.. All(name).Select(text => Read(name, text, read))];

    private static T Read<T>(string name, string text, Func<string, T> read)
    {
        try
        {
            return read(text);
        }
        catch (FormatException e)
        {
            throw Invalid(name, text, e.Message);
        }
    }

    private static UsageException Invalid(string name, string text, string why) =>
        new($"invalid argument \"{text}\" for \"--{name}\" flag: {why}");

    private static bool TryBool(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return value || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }
}
