using System.Buffers;
using System.Text.Json;

namespace Orch.Manager.Store.Consul;

/// <summary>Operations that happen all or not at all, as Consul's transaction endpoint wants them.</summary>
internal sealed class ConsulTxn
{
    /// <summary>Consul takes no more in one transaction.</summary>
    public const int MaxOperations = 64;

    /// <summary>Largest body of a transaction that Consul takes by default.</summary>
    public const int MaxBodyBytes = 512 * 1024;

    private readonly ArrayBufferWriter<byte> _body = new();
    private readonly Utf8JsonWriter _json;

    public ConsulTxn()
    {
        _json = new Utf8JsonWriter(_body, new JsonWriterOptions { SkipValidation = true });
        _json.WriteStartArray();
    }

    public int Count { get; private set; }

    public ConsulTxn Get(string key) => Add("get", key, null, null);

    /// <summary>Fails all where the key changed since.</summary>
    public ConsulTxn CheckIndex(string key, ulong index) => Add("check-index", key, null, index);

    public ConsulTxn Set(string key, ReadOnlySpan<byte> value) => Add("set", key, value, null);

    /// <summary>Writes where the key is as it was at the index; at 0, where it does not exist. Else all fails.</summary>
    public ConsulTxn Cas(string key, ReadOnlySpan<byte> value, ulong index) => Add("cas", key, value, index);

    public ConsulTxn Delete(string key) => Add("delete", key, null, null);

    public ConsulTxn DeleteTree(string prefix) => Add("delete-tree", prefix, null, null);

    public ReadOnlyMemory<byte> Body()
    {
        _json.WriteEndArray();
        _json.Flush();
        return _body.WrittenMemory;
    }

    private ConsulTxn Add(string verb, string key, ReadOnlySpan<byte> value, ulong? index)
    {
        Count++;
        _json.WriteStartObject();
        _json.WriteStartObject("KV"u8);
        _json.WriteString("Verb"u8, verb);
        _json.WriteString("Key"u8, key);
        if (verb is "set" or "cas")
            _json.WriteBase64String("Value"u8, value);
        if (index is { } at)
            _json.WriteNumber("Index"u8, at);
        _json.WriteEndObject();
        _json.WriteEndObject();
        return this;
    }
}
