using System.Buffers;
using System.Text.Json;

namespace Orch.Stacks.Conversion;

/// <summary>Small JSON objects that have no type of their own here.</summary>
internal static class JsonBody
{
    public static JsonElement Of(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        using var document = JsonDocument.Parse(buffer.WrittenMemory);
        return document.RootElement.Clone();
    }

    public static void Pairs(this Utf8JsonWriter json, string name, Dictionary<string, string>? pairs)
    {
        if (pairs is null)
        {
            json.WriteNull(name);
            return;
        }
        json.WriteStartObject(name);
        foreach (var (key, value) in pairs)
            json.WriteString(key, value);
        json.WriteEndObject();
    }
}
