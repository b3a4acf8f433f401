using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Orch.Manager.Api;

/// <summary>
/// The <c>filters</c> of a list: {"name":{"a":true}} or {"name":["a"]}. Keys are ANDed, values of a key ORed, except
/// labels, which must all match (docker-api §5). A key without values filters nothing.
/// </summary>
internal sealed class Filters
{
    private static readonly Filters None = new([]);
    private readonly Dictionary<string, List<string>> _values;

    private Filters(Dictionary<string, List<string>> values) => _values = values;

    /// <summary>Reads the query; a key outside <paramref name="allowed"/> is a mistake of the client, and said.</summary>
    public static (Filters? Filters, Problem? Problem) Of(HttpRequest request, params ReadOnlySpan<string> allowed)
    {
        var text = request.Query["filters"].ToString();
        if (text.Length == 0)
            return (None, null);
        Filters filters;
        try
        {
            using var document = JsonDocument.Parse(text, new JsonDocumentOptions { MaxDepth = 4 });
            filters = new(ReadKeys(document.RootElement));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            return (null, Problem.Invalid($"invalid filters: {error.Message}"));
        }
        foreach (var key in filters._values.Keys)
        {
            if (!allowed.Contains(key))
                return (null, Problem.Invalid($"Invalid filter '{key}'"));
        }
        return (filters, null);
    }

    public IReadOnlyList<string> Get(string key) => _values.TryGetValue(key, out var values) ? values : [];

    public bool Has(string key) => Get(key).Count > 0;

    public bool Prefix(string key, string value) =>
        Get(key) is not { Count: > 0 } wanted || wanted.Any(text => value.StartsWith(text, StringComparison.Ordinal));

    public bool Exact(string key, string value) => Get(key) is not { Count: > 0 } wanted || wanted.Contains(value);

    /// <summary>Each wanted "key" or "key=value" is there.</summary>
    public bool Labels(string key, IReadOnlyDictionary<string, string>? labels) => Get(key).All(wanted =>
    {
        var cut = wanted.IndexOf('=', StringComparison.Ordinal);
        var name = cut < 0 ? wanted : wanted[..cut];
        return labels is not null && labels.TryGetValue(name, out var value)
            && (cut < 0 || wanted.AsSpan(cut + 1).SequenceEqual(value));
    });

    private static Dictionary<string, List<string>> ReadKeys(JsonElement root)
    {
        var keys = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var key in root.EnumerateObject())
        {
            keys[key.Name] = key.Value.ValueKind switch
            {
                JsonValueKind.Object =>
                    [.. key.Value.EnumerateObject().Where(v => v.Value.ValueKind == JsonValueKind.True).Select(v => v.Name)],
                JsonValueKind.Array => [.. key.Value.EnumerateArray().Select(v => v.GetString() ?? "")],
                JsonValueKind.Null => [],
                var kind => throw new JsonException(
                    $"'{key.Name}' must be a list or a map of value to true, not a {kind.ToString().ToLowerInvariant()}"),
            };
        }
        return keys;
    }
}
