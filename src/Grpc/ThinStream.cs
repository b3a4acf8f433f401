using System.Net.Sockets;

namespace Orch.Grpc;

/// <summary>
/// For connections that carry little and must be heard again soon: what was lost is sent again at an even pace, not after twice
/// the time at each try (Linux, TCP_THIN_LINEAR_TIMEOUTS, six tries). Else a link that was cut for little more than a second may
/// stay silent for three, and a machine whose heartbeats it carries would be given up. The kernel does so only for a congestion
/// control that knows losses, which BBR does not: these connections use reno, which every kernel has.
/// </summary>
public static class ThinStream
{
    private const int Tcp = 6;
    private const int CongestionControl = 13;
    private const int ThinLinearTimeouts = 16;

    /// <summary>Also for all connections that a listening socket accepts. Where the kernel has no such thing, nothing changes.</summary>
    public static Socket Prefer(Socket socket)
    {
        if (!OperatingSystem.IsLinux())
            return socket;
        try
        {
            socket.SetRawSocketOption(Tcp, CongestionControl, "reno"u8);
            socket.SetRawSocketOption(Tcp, ThinLinearTimeouts, BitConverter.GetBytes(1));
        }
        catch (SocketException)
        {
            // The connection is as it would be without.
        }
        return socket;
    }
}
