using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Commands;

namespace Orch.Manager.Api;

/// <summary>Answers in Docker's shape. Lists leave as they are written: nothing holds a whole list in memory.</summary>
internal static class Answer
{
    private const int LongestMessage = 900;
    private const int FlushAtBytes = 64 * 1024;

    /// <summary>Go does not escape quotes and plus signs in JSON either; answers are never part of a page.</summary>
    public static readonly JsonWriterOptions Json = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static Task RefuseAsync(HttpContext http, Problem problem)
    {
        if (problem.RetryAfter is { } wait)
            http.Response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return ObjectAsync(http, new ErrorView(Shortened(problem.Message)), ApiJson.Default.ErrorView, problem.Status);
    }

    /// <summary>A message is for people; what it quotes may be as long as a body.</summary>
    private static string Shortened(string message) => message.Length <= LongestMessage ? message
        : $"{message.AsSpan(0, LongestMessage * 2 / 3)} … {message.AsSpan(message.Length - LongestMessage / 4)}";

    public static Task RefuseAsync(HttpContext http, Refusal refusal) => RefuseAsync(http, Problem.From(refusal));

    public static Task ObjectAsync<T>(HttpContext http, T value, JsonTypeInfo<T> type, int status = 200)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, Json))
            JsonSerializer.Serialize(writer, value, type);
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = buffer.WrittenCount;
        return http.Request.Method == HttpMethods.Head
            ? Task.CompletedTask : http.Response.Body.WriteAsync(buffer.WrittenMemory, http.RequestAborted).AsTask();
    }

    public static async Task ListAsync<T>(HttpContext http, IEnumerable<T> items, JsonTypeInfo<T> type)
    {
        http.Response.ContentType = "application/json";
        var output = http.Response.BodyWriter;
        await using var writer = new Utf8JsonWriter(output, Json);
        writer.WriteStartArray();
        foreach (var item in items)
        {
            JsonSerializer.Serialize(writer, item, type);
            if (output.UnflushedBytes >= FlushAtBytes && (await output.FlushAsync(http.RequestAborted)).IsCompleted)
                return;
        }
        writer.WriteEndArray();
        await writer.FlushAsync(http.RequestAborted);
    }

    /// <summary>200 with no body, as Docker answers most changes.</summary>
    public static Task Nothing(HttpContext http)
    {
        http.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
