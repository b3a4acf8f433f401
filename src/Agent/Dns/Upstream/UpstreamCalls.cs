using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace Orch.Agent.Dns;

/// <summary>One question to one server. Both end by cancellation when it is silent.</summary>
internal static class UpstreamCalls
{
    public static async Task<int> UdpAsync(
        IPEndPoint server, ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken cancellation)
    {
        // Connected: the kernel chooses a random port, drops what others send, and tells at once when nobody listens.
        using var socket = new Socket(server.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(server, cancellation);
        await socket.SendAsync(query, cancellation);
        while (true)
        {
            var length = await socket.ReceiveAsync(answer, cancellation);
            if (UpstreamCheck.Answers(answer.Span[..length], query.Span))
                return length;
        }
    }

    public static async Task<int> TcpAsync(
        IPEndPoint server, ReadOnlyMemory<byte> query, Memory<byte> answer, CancellationToken cancellation)
    {
        using var socket = new Socket(server.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server, cancellation);
        await using var stream = new NetworkStream(socket);
        var framed = new byte[query.Length + 2];
        BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)query.Length);
        query.CopyTo(framed.AsMemory(2));
        await stream.WriteAsync(framed, cancellation);
        await stream.ReadExactlyAsync(framed.AsMemory(0, 2), cancellation);
        var length = BinaryPrimitives.ReadUInt16BigEndian(framed);
        if (length > answer.Length)
            throw new IOException($"the answer of {server} has {length} bytes");
        await stream.ReadExactlyAsync(answer[..length], cancellation);
        return UpstreamCheck.Answers(answer.Span[..length], query.Span)
            ? length : throw new IOException($"{server} answered another question");
    }
}
