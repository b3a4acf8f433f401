using System.Net;
using System.Runtime.CompilerServices;

namespace Orch.Grpc.Client;

/// <summary>
/// Calls methods of one server. The invoker owns the connections (see <see cref="GrpcHandler"/>) and is not disposed
/// here. Safe for concurrent use; costs nothing to create.
/// </summary>
public sealed class GrpcChannel(HttpMessageInvoker invoker, Uri address, GrpcChannelOptions? options = null)
{
    private readonly GrpcChannelOptions _options = options ?? new GrpcChannelOptions();

    public Uri Address { get; } = address;

    /// <summary>Sends one request and returns its one response.</summary>
    /// <exception cref="GrpcException">Any end but success; <see cref="GrpcStatus.Unavailable"/> may be retried.</exception>
    /// <exception cref="OperationCanceledException">The caller's token was cancelled.</exception>
    public async Task<TResponse> UnaryAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        TRequest request,
        GrpcCallOptions? call = null,
        CancellationToken cancellation = default)
    {
        var lifetime = new ClientCallLifetime(call?.Timeout, _options.Clock, cancellation);
        using var content = new UnaryContent<TRequest>(request, method.Request);
        await using var responses = new ClientReader<TResponse>(
            Send(method.Path, content, call, lifetime), method.Response, _options.MaxMessageSize, lifetime);

        if (!await responses.MoveNextAsync(CancellationToken.None).ConfigureAwait(false))
            throw new GrpcException(GrpcStatus.Internal, "the server answered with success but without a message");
        var response = responses.Current;
        if (await responses.MoveNextAsync(CancellationToken.None).ConfigureAwait(false))
            throw new GrpcException(GrpcStatus.Internal, "the server answered with more than one message");
        return response;
    }

    /// <summary>Sends one request and yields the stream of responses. The call starts with the enumeration.</summary>
    public async IAsyncEnumerable<TResponse> ServerStreamAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        TRequest request,
        GrpcCallOptions? call = null,
        [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var lifetime = new ClientCallLifetime(call?.Timeout, _options.Clock, cancellation);
        using var content = new UnaryContent<TRequest>(request, method.Request);
        await using var responses = new ClientReader<TResponse>(
            Send(method.Path, content, call, lifetime), method.Response, _options.MaxMessageSize, lifetime);

        while (await responses.MoveNextAsync(CancellationToken.None).ConfigureAwait(false))
            yield return responses.Current;
    }

    /// <summary>
    /// Opens a stream in both directions. Returns when the connection stands and the request headers were sent; a
    /// server may stay silent until its first message, so no answer is waited for. <paramref name="cancellation"/>
    /// ends the whole call, not only the opening.
    /// </summary>
    public async Task<GrpcDuplexCall<TRequest, TResponse>> OpenDuplexAsync<TRequest, TResponse>(
        GrpcMethod<TRequest, TResponse> method,
        GrpcCallOptions? call = null,
        CancellationToken cancellation = default)
    {
        var lifetime = new ClientCallLifetime(call?.Timeout, _options.Clock, cancellation);
        var content = new DuplexContent(lifetime.Token);
        var responses = new ClientReader<TResponse>(
            Send(method.Path, content, call, lifetime), method.Response, _options.MaxMessageSize, lifetime);
        var opened = new GrpcDuplexCall<TRequest, TResponse>(content, responses, method.Request, lifetime);
        try
        {
            await opened.OpenAsync().ConfigureAwait(false);
            return opened;
        }
        catch
        {
            await opened.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task<HttpResponseMessage> Send(
        string path, HttpContent content, GrpcCallOptions? call, ClientCallLifetime lifetime)
    {
        // Not disposed here: that would dispose the content, which a stream goes on using long after the headers came.
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Address, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content,
        };
        request.Headers.TryAddWithoutValidation("te", "trailers");
        request.Headers.TryAddWithoutValidation("user-agent", "orch-grpc");
        request.Headers.TryAddWithoutValidation(GrpcHeaders.AcceptEncoding, GrpcHeaders.Identity);
        if (call?.Timeout is { } timeout)
            request.Headers.TryAddWithoutValidation(GrpcHeaders.Timeout, GrpcTimeout.Format(timeout));
        foreach (var (name, value) in call?.Headers ?? []) request.Headers.TryAddWithoutValidation(name, value);
        return await invoker.SendAsync(request, lifetime.Token).ConfigureAwait(false);
    }
}
