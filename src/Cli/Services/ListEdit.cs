using Orch.Cli.Parsing;

namespace Orch.Cli.Services;

/// <summary>NAME-add and NAME-rm on the lists of a spec; sorted where order has no meaning, so that equal specs look equal.</summary>
internal static class ListEdit
{
    /// <summary>Plain texts: removed by equality.</summary>
    public static List<string>? Texts(ParsedFlags flags, string name, List<string>? old) =>
        Keyed(flags, name, old, text => text, text => text, text => text);

    /// <summary>KEY=VALUE texts: removed and replaced by key.</summary>
    public static List<string>? ByKey(ParsedFlags flags, string name, List<string>? old) =>
        Keyed(flags, name, old, text => text, text => Csv.KeyValue(text).Key, text => Csv.KeyValue(text).Key);

    /// <summary>Untouched without an option; otherwise old without the removed, plus the added, sorted by key.</summary>
    public static List<T>? Keyed<T>(ParsedFlags flags, string name, List<T>? old, Func<string, T> read,
        Func<T, string> key, Func<string, string> removedKey)
    {
        if (!flags.HasAny(name + "-add", name + "-rm"))
            return old;
        var result = new SortedDictionary<string, T>(StringComparer.Ordinal);
        var removed = flags.All(name + "-rm").Select(removedKey).ToHashSet();
        foreach (var item in old ?? [])
            if (!removed.Contains(key(item)))
                result[key(item)] = item;
        foreach (var item in flags.Each(name + "-add", read))
            result[key(item)] = item;
        return result.Values.ToList().OrNull();
    }

    public static Dictionary<string, string>? Map(ParsedFlags flags, string name, Dictionary<string, string>? old)
    {
        if (!flags.HasAny(name + "-add", name + "-rm"))
            return old;
        var map = new Dictionary<string, string>(old ?? []);
        foreach (var key in flags.All(name + "-rm"))
            map.Remove(Csv.KeyValue(key).Key);
        foreach (var text in flags.All(name + "-add"))
        {
            var (key, value) = Csv.KeyValue(text);
            map[key] = value;
        }
        return map.Count == 0 ? null : map;
    }
}
