using System.Buffers.Binary;
using System.Text;

namespace Orch.Agent.Netlink;

/// <summary>The messages of one read. Ends at the first one that is no message: what the kernel cut is not guessed.</summary>
internal ref struct NetlinkReader(ReadOnlySpan<byte> data)
{
    private const int HeadLength = 16;
    private ReadOnlySpan<byte> _rest = data;

    public ushort Type { get; private set; }
    public ushort Flags { get; private set; }
    public uint Sequence { get; private set; }
    public ReadOnlySpan<byte> Body { get; private set; }

    public bool Next()
    {
        if (_rest.Length < HeadLength)
            return false;
        var length = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
        if (length < HeadLength || length > (uint)_rest.Length)
            return false;
        Type = BinaryPrimitives.ReadUInt16LittleEndian(_rest[4..]);
        Flags = BinaryPrimitives.ReadUInt16LittleEndian(_rest[6..]);
        Sequence = BinaryPrimitives.ReadUInt32LittleEndian(_rest[8..]);
        Body = _rest[HeadLength..(int)length];
        _rest = _rest[Math.Min(_rest.Length, ((int)length + 3) & ~3)..];
        return true;
    }
}

/// <summary>The attributes of a message or of a nested attribute.</summary>
internal ref struct NetlinkAttributes(ReadOnlySpan<byte> data)
{
    private ReadOnlySpan<byte> _rest = data;

    public ushort Type { get; private set; }
    public ReadOnlySpan<byte> Value { get; private set; }

    /// <summary>After the fixed header of a message; none when the message is too short for it.</summary>
    public static NetlinkAttributes After(ReadOnlySpan<byte> body, int header) =>
        new(body.Length < header ? default : body[header..]);

    public bool Next()
    {
        if (_rest.Length < 4)
            return false;
        var length = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
        if (length < 4 || length > _rest.Length)
            return false;
        Type = (ushort)(BinaryPrimitives.ReadUInt16LittleEndian(_rest[2..]) & 0x3fff);
        Value = _rest[4..length];
        _rest = _rest[Math.Min(_rest.Length, (length + 3) & ~3)..];
        return true;
    }

    public readonly string Text => Encoding.UTF8.GetString(Value.TrimEnd((byte)0));
    public readonly uint Number => Value.Length switch
    {
        >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(Value),
        >= 2 => BinaryPrimitives.ReadUInt16LittleEndian(Value),
        1 => Value[0],
        _ => 0,
    };
    public readonly ushort NetworkPort => Value.Length < 2 ? (ushort)0 : BinaryPrimitives.ReadUInt16BigEndian(Value);
}
