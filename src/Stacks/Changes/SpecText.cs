using System.Text.Json;

namespace Orch.Stacks.Changes;

/// <summary>A spec as flat lines, path → value: objects in lists are known by what identifies them, variables by their names.</summary>
internal static class SpecText
{
    private static readonly string[] Identities = ["Target", "SecretName", "ConfigName", "Name", "TargetPort"];

    public static SortedDictionary<string, string> Flatten(JsonElement element)
    {
        var lines = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Add(lines, "", element);
        return lines;
    }

    private static void Add(SortedDictionary<string, string> lines, string path, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                    Add(lines, path.Length == 0 ? member.Name : $"{path}.{member.Name}", member.Value);
                break;
            case JsonValueKind.Array when path.EndsWith(".Env", StringComparison.Ordinal):
                foreach (var item in value.EnumerateArray())
                    Variable(lines, path, item.GetString() ?? "");
                break;
            case JsonValueKind.Array when value.GetArrayLength() > 0 && value[0].ValueKind == JsonValueKind.Object:
                foreach (var (item, i) in value.EnumerateArray().Select((item, i) => (item, i)))
                    Add(lines, $"{path}[{Identity(item) ?? $"{i}"}]", item);
                break;
            case JsonValueKind.Array:
                lines[path] = string.Join(' ', value.EnumerateArray().Select(item => item.ToString()));
                break;
            case JsonValueKind.Null:
                break;
            default:
                lines[path] = value.ToString();
                break;
        }
    }

    private static void Variable(SortedDictionary<string, string> lines, string path, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        lines[$"{path}.{(equals < 0 ? text : text[..equals])}"] = equals < 0 ? "(unset)" : text[(equals + 1)..];
    }

    /// <summary>A file is known by its place in the container: its object's name changes with its content.</summary>
    private static string? Identity(JsonElement item)
    {
        if (item.TryGetProperty("File", out var file) && file.TryGetProperty("Name", out var name))
            return name.GetString();
        foreach (var identity in Identities)
            if (item.TryGetProperty(identity, out var value))
                return value.ToString();
        return null;
    }
}
