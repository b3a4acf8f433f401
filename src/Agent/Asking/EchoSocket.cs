using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orch.Agent.Asking;

/// <summary>
/// A raw socket for echo packets at one address of this machine. Packets leave whole or not at all, whatever the kernel
/// remembers of the way: it is the way that is being asked about.
/// </summary>
internal sealed class EchoSocket : IDisposable
{
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int BindToDevice = 25; // SO_BINDTODEVICE
    private const int IpLevel = 0; // IPPROTO_IP
    private const int MtuDiscover = 10; // IP_MTU_DISCOVER
    private const int Probe = 3; // IP_PMTUDISC_PROBE
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Raw, ProtocolType.Icmp);
    private readonly byte[] _buffer = new byte[64 * 1024];

    private EchoSocket()
    {
    }

    /// <summary>Device null: any. Throws <see cref="SocketException"/>.</summary>
    public static EchoSocket Open(IPAddress address, string? device)
    {
        var opened = new EchoSocket();
        try
        {
            if (device is not null)
                opened._socket.SetRawSocketOption(SocketLevel, BindToDevice, Encoding.ASCII.GetBytes(device + "\0"));
            opened._socket.SetRawSocketOption(IpLevel, MtuDiscover, BitConverter.GetBytes(Probe));
            opened._socket.Bind(new IPEndPoint(address, 0));
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    /// <summary>False when it did not leave: no neighbour, no route, too long for the interface.</summary>
    public bool Send(byte[] packet, IPAddress to)
    {
        try
        {
            return _socket.SendTo(packet, new IPEndPoint(to, 0)) == packet.Length;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    /// <summary>The next packet of that check.</summary>
    public async Task<EchoSeen> NextAsync(ulong run, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var length = await _socket.ReceiveAsync(_buffer, cancellation);
                if (EchoPacket.Read(_buffer.AsSpan(0, length), run) is { } seen)
                    return seen;
            }
            catch (SocketException) when (!cancellation.IsCancellationRequested)
            {
                // An error about a packet that was sent before: the others are not its concern.
            }
        }
    }

    public void Dispose() => _socket.Dispose();
}
