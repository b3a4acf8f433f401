using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;

namespace Orch.Grpc.Client;

/// <summary>A request of exactly one message.</summary>
internal sealed class UnaryContent<T> : HttpContent
{
    private readonly T _message;
    private readonly GrpcMarshaller<T> _marshaller;

    public UnaryContent(T message, GrpcMarshaller<T> marshaller)
    {
        _message = message;
        _marshaller = marshaller;
        Headers.ContentType = new MediaTypeHeaderValue(GrpcHeaders.ContentType);
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(
        Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        var pipe = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        GrpcFrames.Write(pipe, _marshaller, _message);
        await pipe.FlushAsync(cancellationToken).ConfigureAwait(false);
        await pipe.CompleteAsync().ConfigureAwait(false);
    }

    protected override bool TryComputeLength(out long length)
    {
        length = GrpcFrames.HeaderSize + _marshaller.Size(_message);
        return true;
    }
}
