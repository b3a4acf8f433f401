using System.Buffers;
using Google.Protobuf;

namespace Orch.Grpc;

/// <summary>
/// How one message type becomes bytes and back. The size is asked first because the frame header precedes the message;
/// <c>Write</c> must then write exactly that many bytes. <c>Parse</c> may throw <see cref="InvalidProtocolBufferException"/>.
/// </summary>
public sealed record GrpcMarshaller<T>(
    Func<T, int> Size,
    Action<T, IBufferWriter<byte>> Write,
    Func<ReadOnlySequence<byte>, T> Parse);

public static class GrpcMarshaller
{
    /// <summary>Messages that travel as they are. For tools and tests that bring their own encoding.</summary>
    public static GrpcMarshaller<byte[]> Bytes { get; } = new(
        message => message.Length,
        (message, writer) => writer.Write(message),
        bytes => bytes.ToArray());

    public static GrpcMarshaller<T> Protobuf<T>(MessageParser<T> parser) where T : IMessage<T> => new(
        message => message.CalculateSize(),
        (message, writer) => message.WriteTo(writer),
        bytes => parser.ParseFrom(bytes));
}
