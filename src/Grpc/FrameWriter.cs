using System.IO.Pipelines;

namespace Orch.Grpc;

/// <summary>
/// Writes messages into a pipe, one at a time. Unflushed messages are kept together for one packet but never more than
/// <see cref="FlushAtBytes"/>: past that a write flushes by itself and waits for the peer, which bounds the memory.
/// </summary>
internal sealed class FrameWriter<T>(PipeWriter pipe, GrpcMarshaller<T> marshaller)
{
    private const int FlushAtBytes = 64 * 1024;
    private int _unflushed;
    private int _busy;

    /// <returns>False when the peer no longer reads.</returns>
    public async ValueTask<bool> WriteAsync(T message, bool flush, CancellationToken cancellation)
    {
        Enter();
        try
        {
            _unflushed += GrpcFrames.Write(pipe, marshaller, message);
            return (!flush && _unflushed < FlushAtBytes) || await FlushCoreAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    public async ValueTask<bool> FlushAsync(CancellationToken cancellation)
    {
        Enter();
        try
        {
            return await FlushCoreAsync(cancellation).ConfigureAwait(false);
        }
        finally
        {
            Volatile.Write(ref _busy, 0);
        }
    }

    private async ValueTask<bool> FlushCoreAsync(CancellationToken cancellation)
    {
        _unflushed = 0;
        var result = await pipe.FlushAsync(cancellation).ConfigureAwait(false);
        return !result.IsCompleted;
    }

    private void Enter()
    {
        if (Interlocked.Exchange(ref _busy, 1) != 0)
            throw new InvalidOperationException("A write is still running: await each write before the next.");
    }
}
