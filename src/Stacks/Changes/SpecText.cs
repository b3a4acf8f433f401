using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Orch.Stacks.Changes;

/// <summary>
/// A spec as flat lines, path → value, to be shown: objects in lists are known by what identifies them, variables by
/// their names, and a list of words is a JSON array, so that its words can be told apart.
/// </summary>
internal static class SpecText
{
    private static readonly string[] Identities = ["Target", "SecretName", "ConfigName", "Name"];

    /// <summary>Text is shown as it is, not as it would be hidden from a browser.</summary>
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

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
            case JsonValueKind.Object when path.StartsWith("Mode.", StringComparison.Ordinal) && !value.EnumerateObject().Any():
                lines[path] = "{}";
                break;
            case JsonValueKind.Object:
                foreach (var member in value.EnumerateObject())
                    Add(lines, path.Length == 0 ? member.Name : $"{path}.{member.Name}", member.Value);
                break;
            case JsonValueKind.Array when value.GetArrayLength() > 0:
                List(lines, path, value);
                break;
            case JsonValueKind.Array or JsonValueKind.Null:
                break;
            default:
                lines[path] = value.ToString();
                break;
        }
    }

    private static void List(SortedDictionary<string, string> lines, string path, JsonElement list)
    {
        if (path.EndsWith(".Env", StringComparison.Ordinal))
        {
            foreach (var item in list.EnumerateArray())
                Variable(lines, path, item.GetString() ?? "");
            return;
        }
        if (list[0].ValueKind != JsonValueKind.Object)
        {
            lines[path] = Json(list);
            return;
        }
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (item, i) in list.EnumerateArray().Select((item, i) => (item, i)))
        {
            var identity = item.TryGetProperty("TargetPort", out _) ? Port(item) : Identity(item) ?? $"{i}";
            var free = identity;
            for (var n = 2; !taken.Add(free); n++)
                free = $"{identity} #{n}";
            Add(lines, $"{path}[{free}]", item);
        }
    }

    private static void Variable(SortedDictionary<string, string> lines, string path, string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        lines[$"{path}.{(equals < 0 ? text : text[..equals])}"] = equals < 0 ? "(unset)" : text[(equals + 1)..];
    }

    private static string Json(JsonElement value)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Plain))
            value.WriteTo(json);
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    /// <summary>One target may be published in several ways.</summary>
    private static string Port(JsonElement port)
    {
        string Part(string name, string otherwise) => port.TryGetProperty(name, out var value) ? value.ToString() : otherwise;
        return $"{Part("TargetPort", "")}/{Part("Protocol", "tcp")}/{Part("PublishedPort", "0")}/{Part("PublishMode", "ingress")}";
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
