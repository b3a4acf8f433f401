using System.Net;
using System.Net.Sockets;

namespace Orch.Agent.Dns;

/// <summary>A socket of the name server on a bridge's address.</summary>
internal sealed class Listener : IDisposable
{
    private const int Backlog = 64;
    private const int ReceiveBuffer = 1 << 20;

    // IPPROTO_IP, IP_FREEBIND; SOL_SOCKET, SO_REUSEADDR.
    private const int IpLevel = 0;
    private const int FreeBind = 15;
    private const int SocketLevel = 1;
    private const int ReuseAddress = 2;

    private readonly CancellationTokenSource _closed = new();

    private Listener(int number, Zone zone, Socket socket) =>
        (Number, Zone, Socket, Closed) = (number, zone, socket, _closed.Token);

    public int Number { get; }
    public Zone Zone { get; }
    public Socket Socket { get; }
    public CancellationToken Closed { get; }

    /// <summary>Works before the bridge exists and goes on when it is made anew. Throws a SocketException.</summary>
    public static Listener Open(int number, Zone zone, ListenerKey key, int port)
    {
        var socket = key.Tcp
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
            : new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            socket.SetRawSocketOption(IpLevel, FreeBind, [1, 0, 0, 0]);
            if (key.Tcp)
                socket.SetRawSocketOption(SocketLevel, ReuseAddress, [1, 0, 0, 0]);
            else
                socket.ReceiveBufferSize = ReceiveBuffer;
            socket.Bind(new IPEndPoint(key.ToIPAddress(), port));
            if (key.Tcp)
                socket.Listen(Backlog);
            return new(number, zone, socket);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _closed.Cancel();
        _closed.Dispose();
        Socket.Dispose();
    }
}

/// <summary>A listener belongs to one address and protocol, and to the zone that has the address at this time.</summary>
internal readonly record struct ListenerKey(uint Address, bool Tcp)
{
    public IPAddress ToIPAddress() => Core.Networking.IpAddr.V4(Address).ToIPAddress();

    public override string ToString() => $"{ToIPAddress()} ({(Tcp ? "TCP" : "UDP")})";
}
