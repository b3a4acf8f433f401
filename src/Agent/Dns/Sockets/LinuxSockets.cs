using System.Runtime.InteropServices;

namespace Orch.Agent.Dns;

/// <summary>
/// What the framework has no words for: many datagrams in one call, and waiting for many sockets with one thread. The
/// structures are those of 64-bit Linux.
/// </summary>
internal static class LinuxSockets
{
    public const int DontWait = 0x40;
    public const int Truncated = 0x20;
    public const int Add = 1;
    public const int Remove = 2;
    public const uint Readable = 1;
    public const int CloseOnExec = 0x80000;
    public const int Interrupted = 4;

    /// <summary>struct mmsghdr.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 64)]
    public struct Message
    {
        [FieldOffset(0)]
        public nint Name;
        [FieldOffset(8)]
        public uint NameLength;
        [FieldOffset(16)]
        public nint Pieces;
        [FieldOffset(24)]
        public nint PieceCount;
        [FieldOffset(48)]
        public int Flags;
        [FieldOffset(56)]
        public uint Length;
    }

    /// <summary>struct iovec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct Piece
    {
        public nint Base;
        public nint Length;
    }

    /// <summary>struct sockaddr_in, in network byte order.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 16)]
    public struct Address
    {
        [FieldOffset(2)]
        public ushort Port;
        [FieldOffset(4)]
        public uint Host;
    }

    [DllImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static extern int ReceiveMany(SafeHandle socket, nint messages, uint count, int flags, nint timeout);

    [DllImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    public static extern int SendMany(SafeHandle socket, nint messages, uint count, int flags);

    [DllImport("libc", EntryPoint = "epoll_create1", SetLastError = true)]
    public static extern int CreatePoll(int flags);

    [DllImport("libc", EntryPoint = "epoll_ctl", SetLastError = true)]
    public static extern int Control(SafeHandle poll, int operation, SafeHandle socket, nint description);

    [DllImport("libc", EntryPoint = "epoll_wait", SetLastError = true)]
    public static extern int Wait(SafeHandle poll, nint events, int most, int milliseconds);

    [DllImport("libc", EntryPoint = "eventfd", SetLastError = true)]
    public static extern int CreateEvent(uint value, int flags);

    [DllImport("libc", EntryPoint = "eventfd_write", SetLastError = true)]
    public static extern int Raise(SafeHandle signal, ulong value);
}
