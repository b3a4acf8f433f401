using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Orch.Agent.Dns;

namespace Orch.Tests.Agent.Dns;

/// <summary>A server that says what a test tells it to say, any number of messages for each question.</summary>
internal sealed class FakeUpstream : IDisposable
{
    private readonly Socket _udp = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Func<byte[], bool, IEnumerable<byte[]>> _answers;
    private int _asked;

    public FakeUpstream(string address, int port, Func<byte[], bool, IEnumerable<byte[]>> answers)
    {
        _answers = answers;
        var at = new IPEndPoint(IPAddress.Parse(address), port);
        _udp.Bind(at);
        _tcp.Bind(at);
        _tcp.Listen();
        Running = Task.WhenAll(UdpAsync(), TcpAsync());
    }

    public int Asked => Volatile.Read(ref _asked);
    public List<(ushort Id, int Port)> Seen { get; } = [];
    private Task Running { get; }

    /// <summary>The question, said to be answered with that code and one address.</summary>
    public static byte[] Reply(byte[] query, Rcode code = Rcode.NoError, bool truncated = false, byte last = 7)
    {
        var end = UpstreamCheck.QuestionEnd(query);
        byte[] address = [0xC0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, 9, 9, 9, last];
        byte[] reply = [.. query[..end], .. code == Rcode.NoError && !truncated ? address : []];
        (reply[2], reply[3], reply[11]) = ((byte)(truncated ? 0x83 : 0x81), (byte)(0x80 | (byte)code), 0);
        BinaryPrimitives.WriteUInt16BigEndian(reply.AsSpan(6), (ushort)(reply.Length > end ? 1 : 0));
        return reply;
    }

    public void Dispose()
    {
        _udp.Dispose();
        _tcp.Dispose();
        Assert.True(Running.Wait(TimeSpan.FromSeconds(30)));
    }

    private async Task UdpAsync()
    {
        var buffer = new byte[4096];
        try
        {
            while (true)
            {
                var got = await _udp.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                var query = buffer[..got.ReceivedBytes];
                lock (Seen)
                    Seen.Add((BinaryPrimitives.ReadUInt16BigEndian(query), ((IPEndPoint)got.RemoteEndPoint).Port));
                Interlocked.Increment(ref _asked);
                foreach (var reply in _answers(query, false))
                    await _udp.SendToAsync(reply, got.RemoteEndPoint);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Disposed.
        }
    }

    private async Task TcpAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _tcp.AcceptAsync();
                await using var stream = new NetworkStream(client);
                var length = new byte[2];
                await stream.ReadExactlyAsync(length);
                var query = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(query);
                Interlocked.Increment(ref _asked);
                foreach (var reply in _answers(query, true))
                    await stream.WriteAsync(ServerHarness.Framed(reply));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // Disposed.
        }
    }
}
