using System.Text.Json;

namespace Orch.Cli.Http;

/// <summary>Members of an answer that may be absent or null, which is the same.</summary>
internal static class JsonMembers
{
    public static bool Has(this JsonElement at, string name) => at.Member(name).ValueKind is not (JsonValueKind.Undefined or JsonValueKind.Null);

    /// <summary>Undefined when there is none.</summary>
    public static JsonElement Member(this JsonElement at, string name) =>
        at.ValueKind == JsonValueKind.Object && at.TryGetProperty(name, out var found) ? found : default;

    public static string? Text(this JsonElement at, string name) => at.Has(name) ? at.Member(name).GetString() : null;

    public static ulong? Number(this JsonElement at, string name) => at.Has(name) ? at.Member(name).GetUInt64() : null;
}
