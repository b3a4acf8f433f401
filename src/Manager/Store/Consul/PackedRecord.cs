using System.Buffers.Binary;

namespace Orch.Manager.Store.Consul;

/// <summary>
/// Events of one append as one value, little-endian: version (1) · 1 when the body is in parts (1) · number of parts (2) · number of
/// events (4) · first revision (8) · chain before it (8) · bytes of all records before (8) · the writer's token (8), then the body: for
/// each event length (4), chain (8) and its record in <see cref="RecordFormat"/>, whose checksums and chain protect it.
/// </summary>
internal sealed class PackedRecord
{
    public const byte Version = 1;
    private const int HeaderBytes = 40;
    private const int RowHeaderBytes = 12;

    private PackedRecord(ulong first, ulong chainBefore, long bytesBefore, ulong token, int count, int parts, ReadOnlyMemory<byte> body) =>
        (First, ChainBefore, BytesBefore, Token, Count, Parts, Body) = (first, chainBefore, bytesBefore, token, count, parts, body);

    public ulong First { get; }
    public ulong Last => First + (ulong)Count - 1;
    public ulong ChainBefore { get; }
    public long BytesBefore { get; }
    public ulong Token { get; }
    public int Count { get; }

    /// <summary>0: the body is here.</summary>
    public int Parts { get; }
    public ReadOnlyMemory<byte> Body { get; }

    /// <summary>The chain after the last event.</summary>
    public ulong Chain { get; private init; }

    public static PackedRecord Pack(ConsulHead after, IReadOnlyList<EventData> events, IRecordCipher cipher, ulong token)
    {
        var body = new MemoryStream();
        Span<byte> row = stackalloc byte[RowHeaderBytes];
        var (revision, chain) = (after.Revision, after.Chain);
        for (var i = 0; i < events.Count; i++)
        {
            var record = RecordFormat.Encode(++revision, events[i], cipher);
            chain = Store.Chain.Next(chain, RecordFormat.Checksum(record));
            BinaryPrimitives.WriteInt32LittleEndian(row, record.Length);
            BinaryPrimitives.WriteUInt64LittleEndian(row[4..], chain);
            body.Write(row);
            body.Write(record);
        }
        return new(after.Revision + 1, after.Chain, after.Bytes, token, events.Count, 0, body.GetBuffer().AsMemory(0, (int)body.Length))
        {
            Chain = chain,
        };
    }

    /// <summary>As one value, with the body in it, or in so many parts elsewhere.</summary>
    public byte[] Value(int parts)
    {
        var value = new byte[HeaderBytes + (parts == 0 ? Body.Length : 0)];
        value[0] = Version;
        value[1] = (byte)(parts == 0 ? 0 : 1);
        BinaryPrimitives.WriteUInt16LittleEndian(value.AsSpan(2), (ushort)parts);
        BinaryPrimitives.WriteInt32LittleEndian(value.AsSpan(4), Count);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(8), First);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(16), ChainBefore);
        BinaryPrimitives.WriteInt64LittleEndian(value.AsSpan(24), BytesBefore);
        BinaryPrimitives.WriteUInt64LittleEndian(value.AsSpan(32), Token);
        if (parts == 0)
            Body.Span.CopyTo(value.AsSpan(HeaderBytes));
        return value;
    }

    /// <exception cref="InvalidDataException">It is none, or not the one of its key.</exception>
    public static PackedRecord Read(ulong first, ReadOnlyMemory<byte> value)
    {
        var bytes = value.Span;
        if (bytes.Length < HeaderBytes || bytes[0] != Version || bytes[1] > 1)
            throw new InvalidDataException(bytes.Length > 0 && bytes[0] > Version
                ? $"the record has format {bytes[0]}, this build reads {Version}" : "the value is no record");
        int parts = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]), count = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        var isOfKey = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]) == first;
        if (!isOfKey || count is < 1 or > LogLimits.MaxBatchEvents || (parts > 0) != (bytes[1] == 1))
            throw new InvalidDataException("the value does not belong to its key");
        return new(first, BinaryPrimitives.ReadUInt64LittleEndian(bytes[16..]), BinaryPrimitives.ReadInt64LittleEndian(bytes[24..]),
            BinaryPrimitives.ReadUInt64LittleEndian(bytes[32..]), count, parts, value[HeaderBytes..]);
    }

    /// <summary>The rows of a body, not yet verified; their number is the record's.</summary>
    /// <exception cref="InvalidDataException">It does not end where it should.</exception>
    public List<StoredRecord> Rows(ReadOnlyMemory<byte> body)
    {
        var rows = new List<StoredRecord>(Count);
        for (var i = 0; i < Count; i++)
        {
            if (body.Length < RowHeaderBytes)
                throw new InvalidDataException("the value ends too early");
            var length = BinaryPrimitives.ReadInt32LittleEndian(body.Span);
            if (length < RecordFormat.OverheadBytes || length > body.Length - RowHeaderBytes)
                throw new InvalidDataException("the value ends too early");
            rows.Add(new(First + (ulong)i, BinaryPrimitives.ReadUInt64LittleEndian(body.Span[4..]), body.Slice(RowHeaderBytes, length).ToArray()));
            body = body[(RowHeaderBytes + length)..];
        }
        return body.IsEmpty ? rows : throw new InvalidDataException("the value ends too late");
    }
}
