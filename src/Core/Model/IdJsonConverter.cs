using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orch.Core.Model;

/// <summary>Ids travel as 25 base-36 characters; "none" travels as the empty string.</summary>
public sealed class IdJsonConverter<T> : JsonConverter<T> where T : struct, IObjectId<T>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var text = reader.GetString();
        if (string.IsNullOrEmpty(text))
            return default;
        return Ids.TryParse<T>(text, out var id) ? id : throw new JsonException($"'{text}' is not an id");
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Ids.Format(value.Value));

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        Read(ref reader, typeToConvert, options);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WritePropertyName(Ids.Format(value.Value));
}
