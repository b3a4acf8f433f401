using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;

namespace Orch.Grpc.Server;

/// <summary>Runs one call from its headers to its status. Every way a handler can end becomes a status here.</summary>
internal sealed partial class ServerCallRunner(
    string path, GrpcServerOptions options, ILogger logger, CancellationToken stopping)
{
    public async Task RunAsync(HttpContext http, Func<ServerCallLifetime, Task> handler)
    {
        if (!Accept(http)) return;
        LiftBodyLimits(http);

        TimeSpan? timeout = null;
        if (http.Request.Headers.TryGetValue(GrpcHeaders.Timeout, out var header))
        {
            if (!GrpcTimeout.TryParse(header, out var parsed))
            {
                Finish(http, false, GrpcStatus.Internal, "the grpc-timeout header cannot be read");
                return;
            }

            timeout = parsed;
        }

        using var lifetime = new ServerCallLifetime(timeout, options, http.RequestAborted, stopping);
        var failure = await FailureOfAsync(handler, lifetime).ConfigureAwait(false);
        if (lifetime.ClientGone) return;
        Finish(http, lifetime.HasMessages, failure?.Status ?? GrpcStatus.Ok, failure?.Message);
    }

    private async Task<GrpcException?> FailureOfAsync(Func<ServerCallLifetime, Task> handler, ServerCallLifetime lifetime)
    {
        try
        {
            // A call that comes in while we stop is refused here, before its handler starts anything.
            lifetime.Token.ThrowIfCancellationRequested();
            await handler(lifetime).ConfigureAwait(false);
            return null;
        }
        catch (GrpcException refused)
        {
            return refused;
        }
        catch (OperationCanceledException cancelled)
        {
            return lifetime.Ended(cancelled);
        }
#pragma warning disable CA1031 // A handler's bug must not take the connection, with all other calls on it, along.
        catch (Exception bug)
#pragma warning restore CA1031
        {
            if (!lifetime.ClientGone) LogFailed(logger, path, bug);
            return new GrpcException(GrpcStatus.Unknown, "the handler failed; the server's log has the reason");
        }
    }

    private static bool Accept(HttpContext http)
    {
        var response = http.Response;
        if (!HttpProtocol.IsHttp2(http.Request.Protocol))
        {
            response.StatusCode = StatusCodes.Status426UpgradeRequired;
            response.Headers.Upgrade = "HTTP/2";
            return false;
        }

        if (!GrpcHeaders.IsGrpc(http.Request.ContentType))
        {
            response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return false;
        }

        response.ContentType = GrpcHeaders.ContentType;
        response.Headers[GrpcHeaders.AcceptEncoding] = GrpcHeaders.Identity;
        return true;
    }

    /// <summary>
    /// A stream may be idle for hours and carry any amount in total: neither the minimum data rate nor the body size
    /// limit of plain HTTP fits. Each message has its own limit instead.
    /// </summary>
    private static void LiftBodyLimits(HttpContext http)
    {
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (http.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate) rate.MinDataRate = null;
    }

    private static void Finish(HttpContext http, bool hasMessages, GrpcStatus status, string? message)
    {
        var code = ((int)status).ToString(CultureInfo.InvariantCulture);
        var text = string.IsNullOrEmpty(message) ? null : GrpcMessageText.Encode(message);
        if (hasMessages || http.Response.HasStarted)
        {
            http.Response.AppendTrailer(GrpcHeaders.Status, code);
            if (text is not null) http.Response.AppendTrailer(GrpcHeaders.Message, text);
            return;
        }

        http.Response.Headers[GrpcHeaders.Status] = code;
        if (text is not null) http.Response.Headers[GrpcHeaders.Message] = text;
    }

    [LoggerMessage(1, LogLevel.Error, "The handler of {Path} failed")]
    private static partial void LogFailed(ILogger logger, string path, Exception error);
}
