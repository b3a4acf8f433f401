using System.IO.Pipelines;

namespace Orch.Grpc.Client;

/// <summary>
/// An open stream in both directions. One task may write while another reads. Disposing it before the responses ended
/// cancels the call at the server.
/// </summary>
public sealed class GrpcDuplexCall<TRequest, TResponse> : IAsyncDisposable
{
    private readonly DuplexContent _content;
    private readonly ClientReader<TResponse> _responses;
    private readonly GrpcMarshaller<TRequest> _marshaller;
    private readonly ClientCallLifetime _lifetime;
    private FrameWriter<TRequest>? _writer;

    internal GrpcDuplexCall(
        DuplexContent content,
        ClientReader<TResponse> responses,
        GrpcMarshaller<TRequest> marshaller,
        ClientCallLifetime lifetime)
    {
        _content = content;
        _responses = responses;
        _marshaller = marshaller;
        _lifetime = lifetime;
    }

    public GrpcReader<TResponse> Responses => _responses;

    /// <summary>
    /// Sends one message. With <paramref name="flush"/> false it may wait for the next flush, which saves packets in a
    /// burst. Waits while the server reads slower than we write.
    /// </summary>
    /// <exception cref="GrpcException">
    /// The call has ended. The status the server ended it with, if it sent one, is found by reading the responses.
    /// </exception>
    public ValueTask WriteAsync(TRequest message, bool flush = true, CancellationToken cancellation = default) =>
        GuardAsync(writer => writer.WriteAsync(message, flush, Token(cancellation)), cancellation);

    public ValueTask FlushAsync(CancellationToken cancellation = default) =>
        GuardAsync(writer => writer.FlushAsync(Token(cancellation)), cancellation);

    /// <summary>Tells the server that no more requests follow. Reading goes on.</summary>
    public async ValueTask CompleteAsync(CancellationToken cancellation = default)
    {
        await FlushAsync(cancellation).ConfigureAwait(false);
        _content.Complete();
    }

    public async ValueTask DisposeAsync()
    {
        _content.Abort();
        await _responses.DisposeAsync().ConfigureAwait(false);
        _content.Dispose();
    }

    internal async Task OpenAsync()
    {
        try
        {
            // Whichever is first: an early refusal answers without ever taking the request stream.
            var first = await Task.WhenAny(_content.Opened, _responses.Sending).WaitAsync(_lifetime.Token)
                .ConfigureAwait(false);
            if (first == _responses.Sending) await _responses.Sending.ConfigureAwait(false);
            if (!_content.Opened.IsCompletedSuccessfully) return;
            var stream = await _content.Opened.ConfigureAwait(false);
            var pipe = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
            _writer = new FrameWriter<TRequest>(pipe, _marshaller);
        }
        catch (Exception error)
        {
            throw _lifetime.Translate(error);
        }
    }

    private CancellationToken Token(CancellationToken cancellation) =>
        cancellation.CanBeCanceled ? cancellation : _lifetime.Token;

    private async ValueTask GuardAsync(
        Func<FrameWriter<TRequest>, ValueTask<bool>> write, CancellationToken cancellation)
    {
        if (_responses.Failure is { } failure) throw failure;
        if (_writer is null) throw HasEnded(null);
        try
        {
            if (!await write(_writer).ConfigureAwait(false)) throw HasEnded(null);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // Half a message may be on the wire; nothing sensible can follow it.
            _content.Abort();
            throw;
        }
        catch (Exception error) when (error is not (GrpcException or InvalidOperationException)
            || error is ObjectDisposedException)
        {
            _content.Abort();
            throw _lifetime.Translate(error);
        }
    }

    private static GrpcException HasEnded(Exception? cause) =>
        new(GrpcStatus.Unavailable, "the server has ended the call; read the responses for its status", cause);
}
