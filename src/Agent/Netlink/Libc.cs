using System.ComponentModel;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Orch.Agent.Netlink;

/// <summary>The few calls that the framework has no class for: it knows no netlink sockets.</summary>
internal static class Libc
{
    public const int Again = 11; // EAGAIN
    public const int Interrupted = 4; // EINTR
    public const int NoBuffers = 105; // ENOBUFS
    public const int Exists = 17; // EEXIST
    public const int DontWait = 0x40; // MSG_DONTWAIT
    public const short Readable = 1; // POLLIN
    private const int CloseOnExec = 0x80000;
    private const int NonBlocking = 0x800;

    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct NetlinkAddress
    {
        public ushort Family;
        public ushort Padding;
        public uint Port;
        public uint Groups;
    }

    public static SafeFileHandle OpenSocket(int domain, int type, int protocol) =>
        new(Check(SocketCall(domain, type | CloseOnExec, protocol), "socket"), ownsHandle: true);

    /// <summary>A counter that a poll wakes up for.</summary>
    public static SafeFileHandle OpenCounter() => new(Check(EventCounter(0, CloseOnExec | NonBlocking), "eventfd"), ownsHandle: true);

    public static int Check(int result, string call) =>
        result >= 0 ? result : throw new Win32Exception(Marshal.GetLastPInvokeError(), $"{call}: {LastError()}");

    public static string LastError() => Marshal.GetLastPInvokeErrorMessage();

    [DllImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static extern int SocketCall(int domain, int type, int protocol);

    [DllImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    private static extern int EventCounter(uint initial, int flags);

    [DllImport("libc", EntryPoint = "bind", SetLastError = true)]
    public static extern int Bind(SafeFileHandle socket, ref NetlinkAddress address, int length);

    /// <summary>As Socket.Bind, but without SO_REUSEADDR, with which others may bind a port that nobody listens on.</summary>
    public static void Bind(Socket socket, EndPoint address)
    {
        var bytes = address.Serialize();
        if (BindAny(socket.SafeHandle, ref MemoryMarshal.GetReference(bytes.Buffer.Span), bytes.Size) == 0)
            return;
        throw new SocketException((int)(Marshal.GetLastPInvokeError() switch
        {
            13 => SocketError.AccessDenied,
            98 => SocketError.AddressAlreadyInUse,
            99 => SocketError.AddressNotAvailable,
            _ => SocketError.SocketError,
        }), LastError());
    }

    [DllImport("libc", EntryPoint = "bind", SetLastError = true)]
    private static extern int BindAny(SafeSocketHandle socket, ref byte address, int length);

    [DllImport("libc", EntryPoint = "setsockopt", SetLastError = true)]
    public static extern int SetOption(SafeFileHandle socket, int level, int name, ref int value, int length);

    [DllImport("libc", EntryPoint = "send", SetLastError = true)]
    public static extern nint Send(SafeFileHandle socket, ref byte data, nint length, int flags);

    [DllImport("libc", EntryPoint = "recv", SetLastError = true)]
    public static extern nint Receive(SafeFileHandle socket, ref byte data, nint length, int flags);

    [DllImport("libc", EntryPoint = "read", SetLastError = true)]
    public static extern nint Read(SafeFileHandle descriptor, ref ulong value, nint length);

    [DllImport("libc", EntryPoint = "write", SetLastError = true)]
    public static extern nint Write(SafeFileHandle descriptor, ref ulong value, nint length);

    [DllImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static extern int Poll([In, Out] PollEntry[] entries, nuint count, int timeoutMs);
}
