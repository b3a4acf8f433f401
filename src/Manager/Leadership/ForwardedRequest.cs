using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Orch.Manager.Api;
using Orch.Manager.Security;

namespace Orch.Manager.Leadership;

/// <summary>A client's request as it is sent on to the leader, as often as it takes to reach one.</summary>
internal sealed class ForwardedRequest
{
    /// <summary>A body up to this size is held, so that it can be sent once more; a longer one flows.</summary>
    private const int HeldBytes = 1024 * 1024;

    /// <summary>Enough to join.</summary>
    private const int StrangersBytes = 64 * 1024;

    /// <summary>Of the connection, not of the request; and what is said anew.</summary>
    private static readonly HashSet<string> _ownHeaders = new(StringComparer.OrdinalIgnoreCase)
    {
        "Connection", "Host", "Keep-Alive", "Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection", "TE", "Trailer",
        "Transfer-Encoding", "Upgrade", "HTTP2-Settings", ForwardedCaller.Header,
    };

    private readonly HttpContext _http;
    private readonly byte[]? _held;
    private readonly string _caller;

    private ForwardedRequest(HttpContext http, byte[]? held, bool hasBody)
    {
        (_http, _held, HasFlowingBody) = (http, held, hasBody && held is null);
        _caller = ForwardedCaller.Describe(http);
    }

    /// <summary>Part of it is gone once it was sent.</summary>
    public bool HasFlowingBody { get; }

    /// <summary>Asking twice is no more than asking once.</summary>
    public bool IsRead => HttpMethods.IsGet(_http.Request.Method) || HttpMethods.IsHead(_http.Request.Method);

    public static async Task<ForwardedRequest> ReadAsync(HttpContext http)
    {
        var isPeer = http.Features.Get<ConnectionPeer>() is { Kind: not Callers.Anonymous };

        // How much a route takes is the leader's to say, who also knows whether a token is good. Nobody gets to fill this manager
        // who has not said who he is.
        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
        {
            var hasToken = http.Request.Headers.Authorization.Count > 0;
            limit.MaxRequestBodySize = isPeer ? null : hasToken ? RequestBody.MaxBytes : StrangersBytes;
        }
        var hasBody = http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? http.Request.ContentLength > 0;
        byte[]? held = null;
        if (hasBody && http.Request.ContentLength is { } length && length <= (isPeer ? HeldBytes : StrangersBytes))
        {
            held = new byte[length];
            await http.Request.Body.ReadExactlyAsync(held, http.RequestAborted);

            // This manager may have become the leader by the time it is answered.
            http.Request.Body = new MemoryStream(held, writable: false);
        }
        return new ForwardedRequest(http, held, hasBody);
    }

    public HttpRequestMessage To(string leader)
    {
        var asked = _http.Request;
        var request = new HttpRequestMessage(
            new HttpMethod(asked.Method), $"https://{leader}{asked.Path.ToUriComponent()}{asked.QueryString.ToUriComponent()}")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = _held is not null ? new ByteArrayContent(_held) : HasFlowingBody ? new StreamContent(asked.Body) : null,
        };
        foreach (var (name, values) in asked.Headers)
        {
            if (!_ownHeaders.Contains(name) && !request.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values))
                request.Content?.Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }
        request.Headers.TryAddWithoutValidation(ForwardedCaller.Header, _caller);
        return request;
    }

    /// <summary>Passes the answer on as it comes, each piece at once.</summary>
    public static async Task CopyAsync(HttpResponseMessage answer, HttpContext http, CancellationToken cancellation)
    {
        http.Response.StatusCode = (int)answer.StatusCode;
        foreach (var (name, values) in answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated))
        {
            if (!_ownHeaders.Contains(name))
                http.Response.Headers[name] = new StringValues([.. values]);
        }
        if (HttpMethods.IsHead(http.Request.Method))
            return;
        await http.Response.StartAsync(cancellation);
        await http.Response.Body.FlushAsync(cancellation);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        var buffer = System.Buffers.ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            int read;
            while ((read = await body.ReadAsync(buffer, cancellation)) > 0)
                await http.Response.Body.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
        finally
        {
            System.Buffers.ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
