using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orch.Core.Model.Specs;

/// <summary>
/// Base of everything inside a spec. Members that this version does not know are kept and given back unchanged, so
/// that a newer client's write is not undone by an older one's read-modify-write (docker-api pitfall "round trip").
/// </summary>
public abstract record SpecObject
{
    /// <summary>Settable only because the JSON reader cannot fill an init-only bag; change specs by <c>with</c>.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? Unknown { get; set; }
}
