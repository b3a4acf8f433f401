using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Orch.Contracts.Logs;
using Orch.Manager.Logs;

namespace Orch.Manager.Api.Endpoints;

/// <summary>
/// An answer of log records. Headers leave at once; records leave when no more are at hand or a packet is full. A client
/// that stops reading (a pager does) is waited for as long as it stays connected: nothing is gathered for it meanwhile.
/// </summary>
internal sealed class LogStream : IDisposable
{
    private const int MaxOpen = 256;
    private const int FlushAtBytes = 32 * 1024;
    private static int _open;

    private readonly PipeWriter _output;

    private LogStream(HttpContext http) => _output = http.Response.BodyWriter;

    /// <summary>Null when the manager has as many open as it will have; the client was told then.</summary>
    public static async Task<LogStream?> OpenAsync(HttpContext http, bool framed)
    {
        if (Interlocked.Increment(ref _open) > MaxOpen)
        {
            Interlocked.Decrement(ref _open);
            await Answer.RefuseAsync(http, new Problem(503, $"{MaxOpen} logs are being read already; try again later")
            {
                RetryAfter = TimeSpan.FromSeconds(5),
            });
            return null;
        }
        var stream = new LogStream(http);
        try
        {
            http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
            if (http.Features.Get<IHttpMinResponseDataRateFeature>() is { } rate)
                rate.MinDataRate = null;
            http.Response.ContentType = framed
                ? "application/vnd.docker.multiplexed-stream" : "application/vnd.docker.raw-stream";
            await http.Response.StartAsync(http.RequestAborted);
            await stream._output.FlushAsync(http.RequestAborted);
            return stream;
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    /// <summary>Until there are no more records or no more client.</summary>
    public async Task SendAsync(LogMerge<LogItem> records, LogLines lines, CancellationToken cancellation)
    {
        while (await records.WaitAsync(cancellation))
        {
            while (records.TryTake(out var item))
            {
                lines.Write(_output, item);
                if (_output.UnflushedBytes >= FlushAtBytes && (await _output.FlushAsync(cancellation)).IsCompleted)
                    return;
            }
            if ((await _output.FlushAsync(cancellation)).IsCompleted)
                return;
        }
    }

    public void Dispose() => Interlocked.Decrement(ref _open);
}
