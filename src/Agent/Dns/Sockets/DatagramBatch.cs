using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Orch.Agent.Dns;

/// <summary>
/// Datagrams received in one call and answers sent in one call, in memory that is laid out once. For one thread.
/// </summary>
internal sealed class DatagramBatch
{
    public const int Size = 32;
    private const int InSize = 2048;

    private readonly int _outSize;
    private readonly byte[] _in = Pinned<byte>(Size * InSize);
    private readonly byte[] _out;
    private readonly LinuxSockets.Address[] _from = Pinned<LinuxSockets.Address>(Size);
    private readonly LinuxSockets.Piece[] _inPieces = Pinned<LinuxSockets.Piece>(Size);
    private readonly LinuxSockets.Piece[] _outPieces = Pinned<LinuxSockets.Piece>(Size);
    private readonly LinuxSockets.Message[] _received = Pinned<LinuxSockets.Message>(Size);
    private readonly LinuxSockets.Message[] _replies = Pinned<LinuxSockets.Message>(Size);
    private int _waiting;

    public DatagramBatch(int outSize)
    {
        _outSize = outSize;
        _out = Pinned<byte>(Size * outSize);
        for (var i = 0; i < Size; i++)
        {
            _inPieces[i] = new() { Base = At(_in, i * InSize), Length = InSize };
            _outPieces[i].Base = At(_out, i * outSize);
            _received[i] = new() { Name = At(_from, i), Pieces = At(_inPieces, i), PieceCount = 1 };
            _replies[i] = new() { NameLength = 16, Pieces = At(_outPieces, i), PieceCount = 1 };
        }
    }

    /// <summary>Where the next reply is written.</summary>
    public Span<byte> ReplyBuffer => _out.AsSpan(_waiting * _outSize, _outSize);

    /// <summary>How many datagrams there are now; 0 when there is none, or the socket failed.</summary>
    public int Receive(SafeHandle socket)
    {
        for (var i = 0; i < Size; i++)
            (_received[i].NameLength, _received[i].Flags) = (16, 0);
        return Math.Max(0, LinuxSockets.ReceiveMany(socket, At(_received, 0), Size, LinuxSockets.DontWait, 0));
    }

    /// <summary>Empty when it was longer than any question.</summary>
    public ReadOnlySpan<byte> Received(int number) => (_received[number].Flags & LinuxSockets.Truncated) != 0
        ? default : _in.AsSpan(number * InSize, (int)_received[number].Length);

    /// <summary>Who sent it: address and port, the way the framework likes them.</summary>
    public uint Source(int number) => BinaryPrimitives.ReverseEndianness(_from[number].Host);

    public ushort SourcePort(int number) => BinaryPrimitives.ReverseEndianness(_from[number].Port);

    /// <summary>What was written to the reply buffer goes to the sender of that datagram.</summary>
    public void Reply(int number, int length)
    {
        _replies[_waiting].Name = At(_from, number);
        _outPieces[_waiting].Length = length;
        _waiting++;
    }

    /// <summary>Sends all replies; one that the kernel does not take is lost, as any datagram may be.</summary>
    public void Send(SafeHandle socket)
    {
        for (var sent = 0; sent < _waiting;)
        {
            var taken = LinuxSockets.SendMany(socket, At(_replies, sent), (uint)(_waiting - sent), LinuxSockets.DontWait);
            sent += Math.Max(1, taken);
        }
        _waiting = 0;
    }

    private static T[] Pinned<T>(int length) => GC.AllocateArray<T>(length, pinned: true);

    private static nint At<T>(T[] array, int index) => Marshal.UnsafeAddrOfPinnedArrayElement(array, index);
}
