using System.IO.Pipelines;

namespace Orch.Grpc.Client;

/// <summary>The server's messages, and behind the last one its status. Owns the response and the call's lifetime.</summary>
internal sealed class ClientReader<T>(
    Task<HttpResponseMessage> sending, GrpcMarshaller<T> marshaller, int maxMessageSize, ClientCallLifetime lifetime)
    : GrpcReader<T>, IAsyncDisposable
{
    private HttpResponseMessage? _response;
    private FrameReader<T>? _frames;
    private bool _succeeded;

    /// <summary>Completes with the response headers, or fails with the connection.</summary>
    public Task<HttpResponseMessage> Sending => sending;

    /// <summary>How the call failed, once that is known here.</summary>
    public Exception? Failure { get; private set; }

    public override T Current =>
        _frames is { } frames ? frames.Current : throw new InvalidOperationException("Nothing was read yet.");

    public override async ValueTask<bool> MoveNextAsync(CancellationToken cancellation = default)
    {
        if (Failure is not null) throw Failure;
        if (_succeeded) return false;
        using var linked = cancellation.CanBeCanceled
            ? CancellationTokenSource.CreateLinkedTokenSource(cancellation, lifetime.Token)
            : null;
        var token = linked?.Token ?? lifetime.Token;
        try
        {
            _frames ??= await ReadHeadersAsync(token).ConfigureAwait(false);
            if (await _frames.MoveNextAsync(token).ConfigureAwait(false)) return true;
            if (ResponseStatus.OfTrailers(_response!) is { } status) throw status;
            _succeeded = true;
            return false;
        }
        catch (OperationCanceledException)
            when (cancellation.IsCancellationRequested && !lifetime.Token.IsCancellationRequested)
        {
            // Only this read was given up; the stream goes on.
            throw new OperationCanceledException(cancellation);
        }
        catch (Exception error)
        {
            Failure = lifetime.Translate(error);
            if (ReferenceEquals(Failure, error)) throw;
            throw Failure;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_succeeded) lifetime.Cancel();
        try
        {
            using var response = await sending.ConfigureAwait(false);
        }
#pragma warning disable CA1031 // The failure was or would have been reported by a read; here it only must be observed.
        catch (Exception)
#pragma warning restore CA1031
        {
            Failure ??= new GrpcException(GrpcStatus.Cancelled, "the call has been disposed");
        }

        lifetime.Dispose();
    }

    private async ValueTask<FrameReader<T>> ReadHeadersAsync(CancellationToken cancellation)
    {
        _response = await sending.WaitAsync(cancellation).ConfigureAwait(false);
        if (ResponseStatus.OfHeaders(_response) is { } status) throw status;
        var body = await _response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
        var pipe = PipeReader.Create(body, new StreamPipeReaderOptions(bufferSize: 16 * 1024, leaveOpen: true));
        return new FrameReader<T>(pipe, marshaller, maxMessageSize);
    }
}
