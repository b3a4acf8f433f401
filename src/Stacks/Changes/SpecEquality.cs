using System.Text.Json;
using Orch.Core.Model.Specs;

namespace Orch.Stacks.Changes;

/// <summary>
/// Whether two specs say the same. Decided on the JSON itself, never on what is shown of it. What is absent, null or
/// empty says the same, but in the mode, which an empty member chooses.
/// </summary>
internal static class SpecEquality
{
    public static bool Same(ServiceSpec one, ServiceSpec other)
    {
        using var a = JsonDocument.Parse(SpecJson.Write(one));
        using var b = JsonDocument.Parse(SpecJson.Write(other));
        return Same(a.RootElement, b.RootElement);
    }

    private static bool Same(JsonElement a, JsonElement b) => a.ValueKind == b.ValueKind && a.ValueKind switch
    {
        JsonValueKind.Object => Names(a).Union(Names(b)).All(name => SameMember(a, b, name)),
        JsonValueKind.Array => a.GetArrayLength() == b.GetArrayLength()
            && a.EnumerateArray().Zip(b.EnumerateArray()).All(pair => Same(pair.First, pair.Second)),
        _ => JsonElement.DeepEquals(a, b),
    };

    private static bool SameMember(JsonElement a, JsonElement b, string name)
    {
        if (name == nameof(ServiceSpec.Mode) && a.TryGetProperty(name, out var mode) && mode.ValueKind == JsonValueKind.Object)
            return b.TryGetProperty(name, out var other) && JsonElement.DeepEquals(mode, other);
        var (inA, inB) = (Says(a, name, out var first), Says(b, name, out var second));
        return inA == inB && (!inA || Same(first, second));
    }

    private static IEnumerable<string> Names(JsonElement value) => value.EnumerateObject().Select(member => member.Name);

    private static bool Says(JsonElement value, string name, out JsonElement member) =>
        value.TryGetProperty(name, out member) && !IsEmpty(member);

    private static bool IsEmpty(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => value.EnumerateObject().All(member => IsEmpty(member.Value)),
        _ => false,
    };
}
