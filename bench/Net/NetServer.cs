using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Orch.Testing;

namespace Orch.Bench.Net;

/// <summary>
/// The far end of all measurements, on one port of a network: the first byte of a connection says which it is. By blocking
/// calls on threads of its own, one packet in, one packet out, so that what is measured is the kernel's way and not a
/// scheduler's.
/// </summary>
internal sealed class NetServer : IDisposable
{
    public const int Port = 80;
    public const byte Stream = (byte)'s', Echo = (byte)'e', Once = (byte)'o';
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private const int Acceptors = 2, BufferSize = 256 * 1024;
    private readonly Socket _listener;

    public NetServer(NetEnd end)
    {
        _listener = NetworkSocket.Create(end.Network, AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _listener.Bind(new IPEndPoint(IPAddress.Any, Port));
        _listener.Listen(512);
        for (var i = 0; i < Acceptors; i++)
            Start(Accept);
    }

    public static void Start(Action work) => new Thread(() => work()) { IsBackground = true }.Start();

    public void Dispose() => _listener.Dispose();

    private void Accept()
    {
        var first = new byte[1];
        while (true)
        {
            try
            {
                Welcome(_listener.Accept(), first);
            }
            catch (Exception e) when (e is SocketException { SocketErrorCode: SocketError.Interrupted or SocketError.OperationAborted } or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // A client that went away before its turn.
            }
        }
    }

    /// <summary>Short connections are answered at once, by the thread that took them.</summary>
    private static void Welcome(Socket client, byte[] first)
    {
        client.ReceiveTimeout = client.SendTimeout = (int)Patience.TotalMilliseconds;
        var kind = client.Receive(first) == 1 ? first[0] : (byte)0;
        if (kind is Stream or Echo)
        {
            Start(() => Serve(client, kind));
            return;
        }
        if (kind == Once)
            client.Send(first);
        client.Dispose();
    }

    private static void Serve(Socket client, byte kind)
    {
        using (client)
        {
            try
            {
                if (kind == Stream)
                    Count(client);
                else
                    Answer(client);
            }
            catch (SocketException)
            {
                // The client sees that it gets no answer, and says so.
            }
        }
    }

    /// <summary>Until the client has said all; tells it how much has come.</summary>
    private static void Count(Socket client)
    {
        var buffer = new byte[BufferSize];
        var total = 0L;
        for (int length; (length = client.Receive(buffer)) > 0;)
            total += length;
        BinaryPrimitives.WriteInt64LittleEndian(buffer, total);
        client.Send(buffer, sizeof(long), SocketFlags.None);
    }

    private static void Answer(Socket client)
    {
        client.NoDelay = true;
        var buffer = new byte[1];
        while (client.Receive(buffer) > 0)
            client.Send(buffer);
    }
}
