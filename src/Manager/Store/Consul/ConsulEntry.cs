using System.Text.Json;

namespace Orch.Manager.Store.Consul;

/// <summary>A key as Consul answers it.</summary>
internal sealed record ConsulEntry(string Key, byte[] Value, ulong CreateIndex, ulong ModifyIndex)
{
    /// <summary>The entries of an answer of the key/value store.</summary>
    public static List<ConsulEntry> List(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return [.. document.RootElement.EnumerateArray().Select(Of)];
    }

    /// <summary>The results of a transaction, in the order of its operations, without those that answer nothing.</summary>
    public static List<ConsulEntry> Results(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.GetProperty("Results") is { ValueKind: JsonValueKind.Array } results
            ? [.. results.EnumerateArray().Select(result => Of(result.GetProperty("KV")))] : [];
    }

    private static ConsulEntry Of(JsonElement entry) => new(
        entry.GetProperty(nameof(Key)).GetString()!,
        entry.GetProperty(nameof(Value)) is { ValueKind: JsonValueKind.String } value ? value.GetBytesFromBase64() : [],
        entry.GetProperty(nameof(CreateIndex)).GetUInt64(), entry.GetProperty(nameof(ModifyIndex)).GetUInt64());
}
