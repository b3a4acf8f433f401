using System.Text;
using Orch.Cli.Output;

namespace Orch.Cli.Http;

/// <summary>Query strings as Docker's clients write them.</summary>
internal static class Query
{
    /// <summary>KEY=VALUE words of --filter as <c>{"key":{"value":true}}</c>; throws for a word without "=".</summary>
    public static Dictionary<string, SortedSet<string>> Filters(IEnumerable<string> words)
    {
        var filters = new Dictionary<string, SortedSet<string>>();
        foreach (var word in words)
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0)
                throw new Parsing.UsageException(
                    $"invalid argument \"{word}\" for \"-f, --filter\" flag: invalid filter '{word}': use KEY=VALUE");
            Add(filters, word[..equals].Trim().ToLowerInvariant(), word[(equals + 1)..].Trim());
        }
        return filters;
    }

    public static void Add(Dictionary<string, SortedSet<string>> filters, string key, string value)
    {
        if (!filters.TryGetValue(key, out var values))
            filters[key] = values = new(StringComparer.Ordinal);
        values.Add(value);
    }

    /// <summary>"filters=…", or nothing when there are none.</summary>
    public static string Encode(Dictionary<string, SortedSet<string>> filters)
    {
        if (filters.Count == 0)
            return "";
        var json = new StringBuilder("{");
        foreach (var (key, values) in filters.OrderBy(filter => filter.Key, StringComparer.Ordinal))
        {
            json.Append(json.Length > 1 ? "," : "").Append(GoJson.Quote(key)).Append(":{");
            json.AppendJoin(',', values.Select(value => GoJson.Quote(value) + ":true")).Append('}');
        }
        return "filters=" + Uri.EscapeDataString(json.Append('}').ToString());
    }

    public static string Path(string path, params IEnumerable<string> parts)
    {
        var query = string.Join('&', parts.Where(part => part.Length > 0));
        return query.Length == 0 ? path : $"{path}?{query}";
    }

    public static string Segment(string name) => Uri.EscapeDataString(name);
}
