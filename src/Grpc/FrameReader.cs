using System.IO.Pipelines;

namespace Orch.Grpc;

/// <summary>Reads whole messages from a pipe. Holds at most one incomplete message, whose size is limited.</summary>
internal sealed class FrameReader<T>(PipeReader pipe, GrpcMarshaller<T> marshaller, int maxMessageSize)
{
    public T Current { get; private set; } = default!;

    /// <summary>
    /// False at the end of the stream. A cancelled read loses nothing: the next one continues where it stopped.
    /// </summary>
    public async ValueTask<bool> MoveNextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var result = await pipe.ReadAsync(cancellation).ConfigureAwait(false);
            var buffer = result.Buffer;
            if (GrpcFrames.TryRead(ref buffer, marshaller, maxMessageSize, out var message))
            {
                // Nothing beyond the message was looked at, so the next call finds it without waiting.
                pipe.AdvanceTo(buffer.Start);
                Current = message;
                return true;
            }

            pipe.AdvanceTo(buffer.Start, buffer.End);
            if (!result.IsCompleted) continue;
            if (buffer.IsEmpty) return false;
            throw new GrpcException(
                GrpcStatus.Internal, $"the stream ended in the middle of a message, {buffer.Length} bytes into it");
        }
    }
}
