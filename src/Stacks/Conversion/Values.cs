using System.Globalization;
using Orch.Stacks.Yaml;

namespace Orch.Stacks.Conversion;

/// <summary>Canonical values as what they mean; absent ones are null. The readers have checked every form already.</summary>
internal static class Values
{
    public static MapNode? Map(this MapNode? map, string key) => map?[key] as MapNode;

    public static string? Text(this MapNode? map, string key) => map?[key] is ScalarNode { IsNull: false } scalar ? scalar.Text : null;

    public static bool? Bool(this MapNode? map, string key) => map.Text(key) switch { "true" => true, "false" => false, _ => null };

    public static long? Long(this MapNode? map, string key) => map.Text(key) is { } text ? long.Parse(text, CultureInfo.InvariantCulture) : null;

    public static ulong? Count(this MapNode? map, string key) => (ulong?)map.Long(key);

    public static uint? UInt(this MapNode? map, string key) => (uint?)map.Long(key);

    public static double? Double(this MapNode? map, string key) =>
        map.Text(key) is { } text ? double.Parse(text, CultureInfo.InvariantCulture) : null;

    public static long? Nanos(this MapNode? map, string key) => map.Text(key) is { } text ? GoDuration.Parse(text) : null;

    /// <summary>CPUs as billionths.</summary>
    public static long? NanoCpus(this MapNode? map, string key) =>
        map.Text(key) is { } text ? (long)(decimal.Parse(text, CultureInfo.InvariantCulture) * 1_000_000_000) : null;

    /// <summary>Null when there is none or it is empty.</summary>
    public static List<string>? Texts(this MapNode? map, string key) =>
        map?[key] is ListNode { Items.Count: > 0 } list ? [.. list.Items.OfType<ScalarNode>().Select(item => item.Text)] : null;

    public static IEnumerable<MapNode> Maps(this MapNode? map, string key) => (map?[key] as ListNode)?.Items.OfType<MapNode>() ?? [];

    public static Dictionary<string, string>? Pairs(this MapNode? map, string key)
    {
        if (map.Map(key) is not { Entries.Count: > 0 } pairs)
            return null;
        var result = new Dictionary<string, string>(pairs.Entries.Count);
        foreach (var entry in pairs.Entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
            result[entry.Key] = (entry.Value as ScalarNode)?.Text ?? "";
        return result;
    }
}
