using System.Buffers;
using System.Text.Json;

namespace Orch.Manager.Store.Consul;

/// <summary>Operations that happen all or not at all, as Consul's transaction endpoint wants them.</summary>
internal sealed class ConsulTxn
{
    /// <summary>Consul takes no more in one transaction.</summary>
    public const int MaxOperations = 64;

    private readonly List<(string Verb, string Key, byte[]? Value, ulong? Index)> _operations = [];

    public int Count => _operations.Count;

    public ConsulTxn Get(string key) => Add("get", key, null, null);

    /// <summary>Fails all where the key changed since.</summary>
    public ConsulTxn CheckIndex(string key, ulong index) => Add("check-index", key, null, index);

    public ConsulTxn Set(string key, byte[] value) => Add("set", key, value, null);

    /// <summary>Writes where the key is as it was at the index; at 0, where it does not exist. Else all fails.</summary>
    public ConsulTxn Cas(string key, byte[] value, ulong index) => Add("cas", key, value, index);

    public ConsulTxn Delete(string key) => Add("delete", key, null, null);

    public ConsulTxn DeleteTree(string prefix) => Add("delete-tree", prefix, null, null);

    public ReadOnlyMemory<byte> Body()
    {
        var body = new ArrayBufferWriter<byte>(Count * 200 + _operations.Sum(operation => operation.Value?.Length ?? 0) * 4 / 3);
        using var json = new Utf8JsonWriter(body, new JsonWriterOptions { SkipValidation = true });
        json.WriteStartArray();
        foreach (var (verb, key, value, index) in _operations)
        {
            json.WriteStartObject();
            json.WriteStartObject("KV"u8);
            json.WriteString("Verb"u8, verb);
            json.WriteString("Key"u8, key);
            if (value is not null)
                json.WriteBase64String("Value"u8, value);
            if (index is { } at)
                json.WriteNumber("Index"u8, at);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.Flush();
        return body.WrittenMemory;
    }

    private ConsulTxn Add(string verb, string key, byte[]? value, ulong? index)
    {
        _operations.Add((verb, key, value, index));
        return this;
    }
}
