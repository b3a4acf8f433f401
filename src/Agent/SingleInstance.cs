using System.Buffers.Binary;
using System.Net.Sockets;

namespace Orch.Agent;

/// <summary>
/// One agent for each network namespace, as two would fight over addresses and rules. The lock is an abstract unix
/// socket: these belong to the network namespace and vanish with their owner, however it dies.
/// </summary>
public sealed class SingleInstance : IDisposable
{
    public const string DefaultName = "orch-agent";
    private const int SocketLevel = 1; // SOL_SOCKET
    private const int PeerCredentials = 17; // SO_PEERCRED
    private readonly Socket _socket;

    private SingleInstance(Socket socket) => _socket = socket;

    /// <summary>Null with a message naming the first agent when there is one already.</summary>
    public static SingleInstance? TryTake(string name, out string problem)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint($"\0{name}"));
            socket.Listen(1);
            problem = "";
            return new(socket);
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            socket.Dispose();
            problem = $"another orch-agent already runs here ({Owner(name)}); "
                + "one agent serves a network namespace: stop it first, or start this one in a namespace of its own";
            return null;
        }
    }

    private static string Owner(string name)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint($"\0{name}"));
            Span<byte> credentials = stackalloc byte[12]; // pid, uid, gid
            socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
            var pid = BinaryPrimitives.ReadInt32LittleEndian(credentials);
            return pid > 0 ? $"pid {pid}" : "its pid is in another pid namespace";
        }
        catch (SocketException e)
        {
            return $"its pid cannot be told: {e.Message}";
        }
    }

    public void Dispose() => _socket.Dispose();
}
