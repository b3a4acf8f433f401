using System.Net;
using System.Net.Http.Headers;

namespace Orch.Grpc.Client;

/// <summary>
/// A request body that stays open: hands its stream to the call and keeps the request alive until the call completes
/// or aborts it. Aborting resets the HTTP/2 stream, which is how gRPC cancels.
/// </summary>
internal sealed class DuplexContent : HttpContent
{
    private readonly TaskCompletionSource<Stream> _stream = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _onCancel;

    public DuplexContent(CancellationToken cancellation)
    {
        Headers.ContentType = new MediaTypeHeaderValue(GrpcHeaders.ContentType);
        _onCancel = cancellation.Register(Abort);
    }

    /// <summary>Completes when the request headers are on the wire.</summary>
    public Task<Stream> Opened => _stream.Task;

    public void Complete() => _done.TrySetResult();

    public void Abort() => _done.TrySetCanceled();

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        // A server that has too many streams refuses one, and the transport tries again by itself. The caller already
        // holds the first try's stream and may have written to it: the call fails as unavailable rather than in part.
        if (_stream.Task.IsCompleted) throw new IOException("the server has refused the stream");

        // Without this flush the server learns of the call only with its first message.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        _stream.TrySetResult(stream);
        await _done.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _onCancel.Dispose();
        base.Dispose(disposing);
    }
}
