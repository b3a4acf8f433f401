using System.Buffers.Binary;
using System.Text;

namespace Orch.Agent.Dns;

/// <summary>
/// Writes an answer into a buffer, never beyond its limit: a record that does not fit is not written at all. Room for the
/// OPT record is kept from the beginning.
/// </summary>
internal ref struct AnswerWriter
{
    private const int AddressSize = 16;
    private const int SoaSize = 34;
    private const int NeverFits = 1 << 20;
    private readonly Span<byte> _buffer;
    private readonly bool _edns;
    private readonly int _limit;
    private int _at;
    private ushort _answers, _authorities, _extras;

    public AnswerWriter(in DnsQuery query, Span<byte> buffer, int limit)
    {
        _edns = query.HasEdns;
        _limit = Math.Min(limit, buffer.Length) - (_edns ? DnsWire.OptSize : 0);
        _buffer = buffer;
        _at = Math.Max(query.QuestionEnd, DnsWire.HeaderSize);
        query.Packet[.._at].CopyTo(buffer);
        buffer[5] = (byte)(query.QuestionEnd > 0 ? 1 : 0);
        buffer[4] = 0;
    }

    /// <summary>How many addresses the rest of the message has room for.</summary>
    public readonly int RoomForAddresses => (_limit - _at) / AddressSize;

    /// <summary>An A record of the name that was asked, or of the name written at that place.</summary>
    public bool TryAddress(uint address, uint ttl, ushort owner = DnsWire.ToQuestion, bool extra = false)
    {
        if (_at + AddressSize > _limit)
            return false;
        var record = Record(owner, DnsType.A, ttl, 4);
        BinaryPrimitives.WriteUInt32BigEndian(record, address);
        if (extra)
            _extras++;
        else
            _answers++;
        return true;
    }

    /// <summary>A PTR record: the name is labels, one after the other.</summary>
    public bool TryPointer(uint ttl, params ReadOnlySpan<string> labels)
    {
        var size = NameSize(labels);
        if (_at + 12 + size > _limit)
            return false;
        WriteName(Record(DnsWire.ToQuestion, DnsType.Ptr, ttl, size), labels);
        _answers++;
        return true;
    }

    /// <summary>An SRV record; where its target's name is, as a compressed name, or 0 when too far back for one.</summary>
    public bool TryService(uint ttl, ushort port, out ushort target, params ReadOnlySpan<string> labels)
    {
        target = 0;
        var size = 6 + NameSize(labels);
        if (_at + 12 + size > _limit)
            return false;
        var record = Record(DnsWire.ToQuestion, DnsType.Srv, ttl, size);
        record[..4].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(record[4..], port);
        WriteName(record[6..], labels);
        var place = _at - size + 6;
        target = place < 0x4000 ? (ushort)(0xC000 | place) : (ushort)0;
        _answers++;
        return true;
    }

    /// <summary>Says that there is no more to know, and that this need not be remembered.</summary>
    public void Authority()
    {
        if (_at + SoaSize > _limit)
            return;
        var record = Record(DnsWire.ToQuestion, DnsType.Soa, 0, 22);
        record.Clear();
        record[5] = 1;
        BinaryPrimitives.WriteUInt32BigEndian(record[6..], 3600);
        BinaryPrimitives.WriteUInt32BigEndian(record[10..], 600);
        BinaryPrimitives.WriteUInt32BigEndian(record[14..], 86400);
        _authorities++;
    }

    /// <summary>Completes the message and says how long it is.</summary>
    public int Finish(Rcode code, bool authoritative = true, bool truncated = false)
    {
        // Opcode and "recursion desired" come back as they were.
        _buffer[2] = (byte)(0x80 | (_buffer[2] & 0x79) | (authoritative ? 4 : 0) | (truncated ? 2 : 0));
        _buffer[3] = (byte)(0x80 | (_buffer[3] & 0x10) | ((byte)code & 0x0F));
        if (_edns)
        {
            var opt = _buffer.Slice(_at, DnsWire.OptSize);
            opt.Clear();
            opt[2] = (byte)DnsType.Opt;
            BinaryPrimitives.WriteUInt16BigEndian(opt[3..], DnsOptions.Advertised);
            opt[5] = (byte)((byte)code >> 4);
            _at += DnsWire.OptSize;
            _extras++;
        }
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[6..], _answers);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[8..], _authorities);
        BinaryPrimitives.WriteUInt16BigEndian(_buffer[10..], _extras);
        return _at;
    }

    private Span<byte> Record(ushort owner, DnsType type, uint ttl, int size)
    {
        var record = _buffer[_at..];
        BinaryPrimitives.WriteUInt16BigEndian(record, owner);
        BinaryPrimitives.WriteUInt16BigEndian(record[2..], (ushort)type);
        BinaryPrimitives.WriteUInt16BigEndian(record[4..], DnsWire.ClassIn);
        BinaryPrimitives.WriteUInt32BigEndian(record[6..], ttl);
        BinaryPrimitives.WriteUInt16BigEndian(record[10..], (ushort)size);
        _at += 12 + size;
        return record.Slice(12, size);
    }

    private static int NameSize(ReadOnlySpan<string> labels)
    {
        var size = 1;
        foreach (var label in labels)
        {
            var length = Encoding.UTF8.GetByteCount(label);
            if (length is 0 or > DnsWire.MostLabel)
                return NeverFits;
            size += 1 + length;
        }
        return size <= DnsWire.MostName ? size : NeverFits;
    }

    private static void WriteName(Span<byte> to, ReadOnlySpan<string> labels)
    {
        foreach (var label in labels)
        {
            var length = Encoding.UTF8.GetBytes(label, to[1..]);
            to[0] = (byte)length;
            to = to[(length + 1)..];
        }
        to[0] = 0;
    }
}
