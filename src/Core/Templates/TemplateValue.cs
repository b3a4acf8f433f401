using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Orch.Core.Templates;

/// <summary>
/// Values in templates: null, text, bool, long, double, lists, maps, and parts of a JSON document. Printed as Go prints
/// them, since scripts were written against that.
/// </summary>
public static class TemplateValue
{
    /// <summary>A JSON leaf as a plain value; objects and arrays stay as they are.</summary>
    public static object? Plain(object? value) => value is not JsonElement json ? value : json.ValueKind switch
    {
        JsonValueKind.String => json.GetString(),
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        JsonValueKind.Number => json.TryGetInt64(out var whole) ? (object)whole : json.GetDouble(),
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        _ => value,
    };

    public static object? Member(object? value, string name)
    {
        switch (Plain(value))
        {
            case JsonElement { ValueKind: JsonValueKind.Object } json:
                return json.TryGetProperty(name, out var member) ? Plain(member) : null;
            case IReadOnlyDictionary<string, object?> map:
                return map.TryGetValue(name, out var found)
                    ? found : throw new TemplateException($"can't evaluate field {name}: use one of {string.Join(", ", map.Keys)}");
            case null:
                return null;
            default:
                throw new TemplateException($"can't evaluate field {name} in a {Kind(Plain(value))}");
        }
    }

    public static IEnumerable<(object? Key, object? Item)> Items(object? value) => Plain(value) switch
    {
        null => [],
        JsonElement { ValueKind: JsonValueKind.Array } json =>
            json.EnumerateArray().Select((item, i) => ((object?)(long)i, Plain(item))),
        JsonElement { ValueKind: JsonValueKind.Object } json => json.EnumerateObject()
            .OrderBy(member => member.Name, StringComparer.Ordinal).Select(m => ((object?)m.Name, Plain(m.Value))),
        IReadOnlyDictionary<string, object?> map =>
            map.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => ((object?)pair.Key, pair.Value)),
        IReadOnlyList<object?> list => list.Select((item, i) => ((object?)(long)i, item)),
        var other => throw new TemplateException($"range can't iterate over a {Kind(other)}"),
    };

    public static bool IsTrue(object? value) => Plain(value) switch
    {
        null or false or 0L or 0d or "" => false,
        JsonElement or IReadOnlyDictionary<string, object?> or IReadOnlyList<object?> => Items(value).Any(),
        _ => true,
    };

    public static string Print(object? value)
    {
        switch (Plain(value))
        {
            case null:
                return "<no value>";
            case string text:
                return text;
            case bool on:
                return on ? "true" : "false";
            case IFormattable number and (long or double):
                return number.ToString(null, CultureInfo.InvariantCulture);
            case JsonElement { ValueKind: JsonValueKind.Object } or IReadOnlyDictionary<string, object?>:
                return "map[" + string.Join(' ', Items(value).Select(m => $"{m.Key}:{Print(m.Item)}")) + "]";
            default:
                return "[" + string.Join(' ', Items(value).Select(item => Print(item.Item))) + "]";
        }
    }

    public static string Json(object? value)
    {
        switch (Plain(value))
        {
            case JsonElement json:
                var text = new StringBuilder();
                GoJson.Write(text, json);
                return text.ToString();
            case null:
                return "null";
            case string s:
                return GoJson.Quote(s);
            case IReadOnlyDictionary<string, object?>:
                return "{" + string.Join(',', Items(value).Select(m => $"{GoJson.Quote((string)m.Key!)}:{Json(m.Item)}")) + "}";
            case IReadOnlyList<object?> list:
                return "[" + string.Join(',', list.Select(Json)) + "]";
            default:
                return Print(value);
        }
    }

    private static string Kind(object? value) => value switch
    {
        string => "string",
        bool => "bool",
        long => "int",
        double => "float64",
        JsonElement { ValueKind: JsonValueKind.Array } or IReadOnlyList<object?> => "list",
        _ => "map",
    };
}
