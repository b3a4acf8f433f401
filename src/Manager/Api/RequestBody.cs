using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orch.Manager.Api;

/// <summary>
/// Reads what clients send, within bounds. Members that are null are as if they were absent (Go clients send them), so
/// they are taken out before anything looks; null as an element of a list means nothing and is refused.
/// </summary>
internal static class RequestBody
{
    public const int MaxBytes = 4 * 1024 * 1024;
    private const int MaxDepth = 64;
    private const int FirstBuffer = 16 * 1024;

    public static readonly Problem TooLarge = new(413, $"the request body is larger than {MaxBytes} bytes, the most that is accepted");
    private static readonly Problem Empty = new(400, "got EOF while reading request body");

    /// <summary>
    /// The place, and what is wrong there. The reader's own words are left out where they quote the rest of the body, which
    /// may hold a secret, or name classes, and positions in a text that was written anew.
    /// </summary>
    public static Problem Malformed(JsonException error)
    {
        var what = error.Message.Contains("could not be converted", StringComparison.Ordinal)
            ? $"the value of {error.Path ?? "$"} is not of the type that belongs there"
            : error is { LineNumber: { } line, BytePositionInLine: { } position, Path: null }
                ? $"invalid JSON in line {line + 1} at byte {position + 1}" : error.Message;
        return new(400, $"the request body is not what was expected: {what}");
    }

    public static async Task<(T? Value, Problem? Problem)> ReadAsync<T>(HttpContext http, JsonTypeInfo<T> type) where T : class
    {
        if (http.Request.ContentLength > MaxBytes)
        {
            // Whoever goes on sending gets no answer from a connection that waits for the end of it.
            http.Response.Headers.Connection = "close";
            return (null, TooLarge);
        }
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = MaxBytes;
        var body = await ReadAllAsync(http);
        if (IsBlank(body.WrittenSpan))
            return (null, Empty);
        try
        {
            var clean = WithoutNulls(body.WrittenMemory);
            return JsonSerializer.Deserialize(clean.WrittenSpan, type) is { } value
                ? (value, null) : (null, Problem.Invalid("the request body is null"));
        }
        catch (JsonException error)
        {
            return (null, Malformed(error));
        }
        catch (InvalidOperationException error)
        {
            // Escapes that are half of a character: text that could never be written again.
            return (null, Problem.Invalid($"the request body is not valid JSON: {error.Message}"));
        }
    }

    private static async Task<ArrayBufferWriter<byte>> ReadAllAsync(HttpContext http)
    {
        var buffer = new ArrayBufferWriter<byte>((int)Math.Clamp(http.Request.ContentLength ?? 1, 1, FirstBuffer));
        while (true)
        {
            var read = await http.Request.Body.ReadAsync(buffer.GetMemory(), http.RequestAborted);
            if (read == 0)
                return buffer;
            buffer.Advance(read);
            if (buffer.WrittenCount > MaxBytes)
                throw new BadHttpRequestException(TooLarge.Message, 413);
        }
    }

    private static bool IsBlank(ReadOnlySpan<byte> body) => body.IndexOfAnyExcept(" \t\r\n"u8) < 0;

    private static ArrayBufferWriter<byte> WithoutNulls(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MaxDepth });
        var clean = new ArrayBufferWriter<byte>(json.Length);
        using (var writer = new Utf8JsonWriter(clean, Answer.Json))
            Copy(document.RootElement, writer);
        return clean;
    }

    private static void Copy(JsonElement value, Utf8JsonWriter writer)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    if (member.Value.ValueKind == JsonValueKind.Null)
                        continue;
                    writer.WritePropertyName(member.Name);
                    Copy(member.Value, writer);
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var element in value.EnumerateArray())
                {
                    if (element.ValueKind == JsonValueKind.Null)
                        throw new JsonException("null is not an element of a list");
                    Copy(element, writer);
                }
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }
}
