using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;

namespace Orch.Agent.Netlink;

/// <summary>
/// Messages for one send, each with its attributes. Numbers are in the machine's order where netlink wants them so;
/// addresses and ports are given as bytes in network order.
/// </summary>
internal sealed class NetlinkWriter
{
    private const ushort Nested = 0x8000;
    private byte[] _buffer = new byte[4096];
    private int _length;
    private int _message = -1;

    public int Count { get; private set; }
    public int Length => _length;
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Clear() => (_length, _message, Count) = (0, -1, 0);

    /// <summary>Ends the message before. Sequence numbers count from 0 within a send.</summary>
    public void Begin(int type, NetlinkFlags flags, ReadOnlySpan<byte> header)
    {
        _message = _length;
        var head = Take(16);
        BinaryPrimitives.WriteUInt16LittleEndian(head[4..], (ushort)type);
        BinaryPrimitives.WriteUInt16LittleEndian(head[6..], (ushort)flags);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], (uint)Count);
        Count++;
        header.CopyTo(Take(header.Length));
        Grown();
    }

    /// <summary>The kernel answers when it has done the last message: it does them in order.</summary>
    public void AskForAnswer()
    {
        var flags = _buffer.AsSpan(_message + 6);
        var now = BinaryPrimitives.ReadUInt16LittleEndian(flags);
        BinaryPrimitives.WriteUInt16LittleEndian(flags, (ushort)(now | (ushort)NetlinkFlags.Answer));
    }

    public void Put(ushort type, ReadOnlySpan<byte> value)
    {
        var attribute = Take(4 + value.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(attribute, (ushort)(4 + value.Length));
        BinaryPrimitives.WriteUInt16LittleEndian(attribute[2..], type);
        value.CopyTo(attribute[4..]);
        Grown();
    }

    public void Put<T>(ushort type, T value) where T : unmanaged => Put(type, MemoryMarshal.AsBytes(new ReadOnlySpan<T>(in value)));

    /// <summary>With the zero at the end that the kernel wants.</summary>
    public void Put(ushort type, string value)
    {
        Span<byte> bytes = stackalloc byte[Encoding.UTF8.GetMaxByteCount(value.Length) + 1];
        var used = Encoding.UTF8.GetBytes(value, bytes);
        bytes[used] = 0;
        Put(type, bytes[..(used + 1)]);
    }

    /// <summary>What is put before the matching <see cref="Close"/> lies inside this attribute.</summary>
    public int Open(ushort type)
    {
        var at = _length;
        Put(type | Nested, default);
        return at;
    }

    public void Close(int opened) =>
        BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(opened), (ushort)(_length - opened));

    private void Put(int type, ReadOnlySpan<byte> value) => Put((ushort)type, value);

    private void Grown() => BinaryPrimitives.WriteUInt32LittleEndian(_buffer.AsSpan(_message), (uint)(_length - _message));

    /// <summary>Zeroed bytes at the end, up to the next multiple of four.</summary>
    private Span<byte> Take(int bytes)
    {
        var aligned = (bytes + 3) & ~3;
        if (_length + aligned > _buffer.Length)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + aligned));
        var taken = _buffer.AsSpan(_length, aligned);
        taken.Clear();
        _length += aligned;
        return taken[..bytes];
    }
}

[Flags]
internal enum NetlinkFlags : ushort
{
    Request = 0x1,
    Answer = 0x4,
    Dump = 0x300,
    Replace = 0x100,
    Exclusive = 0x200,
    Create = 0x400,
}
