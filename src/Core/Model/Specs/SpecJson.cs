using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orch.Core.Model.Specs;

/// <summary>
/// Specs to and from Docker's JSON. Names match whatever their case (Go clients do), nulls are accepted anywhere and
/// not written back, unknown members survive.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    AllowTrailingCommas = false,
    Converters = [typeof(NullAsZeroUInt64), typeof(NullAsZeroInt64), typeof(NullAsZeroUInt32)],
    MaxDepth = 64)]
[JsonSerializable(typeof(ServiceSpec))]
[JsonSerializable(typeof(TaskTemplate))]
[JsonSerializable(typeof(NodeSpec))]
[JsonSerializable(typeof(EndpointSpec))]
public sealed partial class SpecJson : JsonSerializerContext
{
    /// <summary>The spec as Docker's JSON, UTF-8.</summary>
    public static byte[] Write(ServiceSpec spec) => JsonSerializer.SerializeToUtf8Bytes(spec, Default.ServiceSpec);

    /// <summary>Throws <see cref="JsonException"/> with path and position for text that is no spec.</summary>
    public static ServiceSpec ReadService(ReadOnlySpan<byte> utf8) =>
        JsonSerializer.Deserialize(utf8, Default.ServiceSpec) ?? throw new JsonException("the spec is null");
}
