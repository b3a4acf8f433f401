using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace Orch.Grpc;

/// <summary>
/// The length-prefixed frame around each message: one byte of flags, four bytes of length, the message. A length is
/// judged before its message is buffered, so no peer can make us hold more than the limit.
/// </summary>
internal static class GrpcFrames
{
    public const int HeaderSize = 5;

    /// <returns>How many bytes were written.</returns>
    public static int Write<T>(IBufferWriter<byte> writer, GrpcMarshaller<T> marshaller, T message)
    {
        var size = marshaller.Size(message);
        var header = writer.GetSpan(HeaderSize);
        header[0] = 0;
        BinaryPrimitives.WriteUInt32BigEndian(header[1..], (uint)size);
        writer.Advance(HeaderSize);
        marshaller.Write(message, writer);
        return HeaderSize + size;
    }

    /// <summary>Takes one frame off the front of the buffer. False means that more bytes are needed.</summary>
    /// <exception cref="GrpcException">The frame is compressed, malformed or too large.</exception>
    public static bool TryRead<T>(
        ref ReadOnlySequence<byte> buffer, GrpcMarshaller<T> marshaller, int maxMessageSize, out T message)
    {
        message = default!;
        if (buffer.Length < HeaderSize) return false;

        Span<byte> header = stackalloc byte[HeaderSize];
        buffer.Slice(0, HeaderSize).CopyTo(header);
        var size = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        CheckHeader(header[0], size, maxMessageSize);
        if (buffer.Length < HeaderSize + size) return false;

        message = Parse(marshaller, buffer.Slice(HeaderSize, size));
        buffer = buffer.Slice(HeaderSize + size);
        return true;
    }

    private static void CheckHeader(byte flags, uint size, int maxMessageSize)
    {
        if (flags == 1)
            throw new GrpcException(
                GrpcStatus.Unimplemented, "the message is compressed, and only identity encoding is supported");
        if (flags != 0)
            throw new GrpcException(GrpcStatus.Internal, $"the frame starts with the unknown flag byte {flags}");
        if (size > maxMessageSize)
            throw new GrpcException(
                GrpcStatus.ResourceExhausted, $"the message has {size} bytes, and at most {maxMessageSize} are accepted");
    }

    private static T Parse<T>(GrpcMarshaller<T> marshaller, ReadOnlySequence<byte> bytes)
    {
        try
        {
            return marshaller.Parse(bytes);
        }
        catch (InvalidProtocolBufferException error)
        {
            throw new GrpcException(GrpcStatus.Internal, $"the message cannot be parsed: {error.Message}", error);
        }
    }
}
