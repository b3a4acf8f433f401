using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Orch.Manager.Api.Endpoints;

/// <summary>
/// An answer of JSON lines that goes on. Headers leave at once; whoever writes waits for a slow client, and gathers
/// nothing for it meanwhile.
/// </summary>
internal sealed class LineStream : IDisposable
{
    private const int MaxOpen = 1024;
    private const int FlushAtBytes = 64 * 1024;
    private static int _open;

    private readonly HttpContext _http;
    private readonly PipeWriter _output;
    private readonly Utf8JsonWriter _json;

    private LineStream(HttpContext http)
    {
        _http = http;
        _output = http.Response.BodyWriter;
        _json = new Utf8JsonWriter(_output, Answer.Json);
    }

    /// <summary>Null when the manager has as many open as it will have; the client was told then.</summary>
    public static async Task<LineStream?> OpenAsync(HttpContext http)
    {
        if (Interlocked.Increment(ref _open) > MaxOpen)
        {
            Interlocked.Decrement(ref _open);
            await Answer.RefuseAsync(http, new Problem(503, $"this manager has {MaxOpen} open streams already; try again later")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            });
            return null;
        }
        var stream = new LineStream(http);
        try
        {
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            http.Response.ContentType = "application/json";
            await http.Response.StartAsync(http.RequestAborted);
            await stream.FlushAsync();
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>The client may be gone (false): nothing more needs to be written then.</summary>
    public async ValueTask<bool> WriteAsync(Action<Utf8JsonWriter> line)
    {
        _json.Reset();
        line(_json);
        _json.Flush();
        _output.Write("\n"u8);
        return _output.UnflushedBytes < FlushAtBytes || await FlushAsync();
    }

    public async ValueTask<bool> FlushAsync() => !(await _output.FlushAsync(_http.RequestAborted)).IsCompleted;

    public void Dispose()
    {
        _json.Dispose();
        Interlocked.Decrement(ref _open);
    }
}
