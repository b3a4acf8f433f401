using Microsoft.AspNetCore.Http;

namespace Orch.Grpc.Server;

/// <summary>
/// A call with a stream of messages in each direction, which both may be used at once, but each by one task only.
/// The call ends with OK when the handler returns.
/// </summary>
public sealed class GrpcServerStream<TRequest, TResponse> : GrpcServerCall
{
    private readonly ServerCallLifetime _lifetime;
    private readonly FrameWriter<TResponse> _writer;

    internal GrpcServerStream(
        HttpContext http, ServerCallLifetime lifetime, GrpcMethod<TRequest, TResponse> method, int maxMessageSize)
        : base(http, lifetime)
    {
        _lifetime = lifetime;
        _writer = new FrameWriter<TResponse>(http.Response.BodyWriter, method.Response);
        Requests = new ServerReader<TRequest>(
            new FrameReader<TRequest>(http.Request.BodyReader, method.Request, maxMessageSize), lifetime);
    }

    public GrpcReader<TRequest> Requests { get; }

    /// <summary>
    /// Sends one message. With <paramref name="flush"/> false it may wait for the next flush, which saves packets in a
    /// burst. Waits while the client reads slower than we write.
    /// </summary>
    /// <exception cref="GrpcException">The client is gone, the deadline passed, or the host has stopped.</exception>
    public async ValueTask WriteAsync(TResponse message, bool flush = true)
    {
        _lifetime.HasMessages = true;
        try
        {
            var delivered = await _writer.WriteAsync(message, flush, _lifetime.WriteToken).ConfigureAwait(false);
            if (!delivered) throw ServerCallLifetime.ClientIsGone();
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            throw _lifetime.Ended(error);
        }
    }

    public async ValueTask FlushAsync()
    {
        try
        {
            var delivered = await _writer.FlushAsync(_lifetime.WriteToken).ConfigureAwait(false);
            if (!delivered) throw ServerCallLifetime.ClientIsGone();
        }
        catch (Exception error) when (error is OperationCanceledException or IOException)
        {
            throw _lifetime.Ended(error);
        }
    }
}
