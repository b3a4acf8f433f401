using System.Buffers.Binary;

namespace Orch.Manager.Store;

/// <summary>
/// The bytes of one stored record, version 1, little-endian:
/// version (1) · flags (1, must be 0) · kind (2) · key id (4; 0 = clear) · payload, sealed when the key id is not 0 ·
/// CRC-32C (4) over the revision (8) and all bytes before it. The checksum is last in every version to come, so that a
/// newer record is told from a damaged one; it covers the revision, so that a row in another's place is noticed.
/// </summary>
public static class RecordFormat
{
    public const byte Version = 1;

    /// <summary>Bytes that a clear record has besides its payload.</summary>
    public const int OverheadBytes = HeaderBytes + ChecksumBytes;

    private const int HeaderBytes = 8;
    private const int ChecksumBytes = 4;
    private const int ContextBytes = 8 + HeaderBytes;

    public static byte[] Encode(ulong revision, in EventData data, IRecordCipher cipher)
    {
        var keyId = data.Sealed ? cipher.CurrentKeyId : 0;
        if (data.Sealed && keyId == 0)
            throw new LogLockedException(0);
        var payload = data.Payload.Span;
        var bodyBytes = payload.Length + (keyId == 0 ? 0 : cipher.Overhead);
        var record = new byte[OverheadBytes + bodyBytes];
        record[0] = Version;
        BinaryPrimitives.WriteUInt16LittleEndian(record.AsSpan(2), data.Kind);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(4), keyId);
        var body = record.AsSpan(HeaderBytes, bodyBytes);
        if (keyId == 0)
        {
            payload.CopyTo(body);
        }
        else
        {
            Span<byte> context = stackalloc byte[ContextBytes];
            WriteContext(context, revision, record);
            cipher.Seal(keyId, payload, context, body);
        }
        var checksum = Crc32C.Compute(revision, record.AsSpan(..^ChecksumBytes));
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - ChecksumBytes), checksum);
        return record;
    }

    /// <summary>Reads a record back; a clear payload is a slice of <paramref name="record"/>.</summary>
    /// <exception cref="InvalidDataException">Damaged, or of a version this build does not know.</exception>
    /// <exception cref="LogLockedException">Sealed with a key that is not held.</exception>
    public static LogRecord Decode(ulong revision, ReadOnlyMemory<byte> record, IRecordCipher cipher)
    {
        var bytes = record.Span;
        if (bytes.Length < OverheadBytes)
            throw new InvalidDataException($"a record of {bytes.Length} bytes is too short");
        if (Crc32C.Compute(revision, bytes[..^ChecksumBytes]) != Checksum(bytes))
            throw new InvalidDataException("the checksum does not match");
        if (bytes[0] != Version || bytes[1] != 0)
            throw new InvalidDataException($"the record has format {bytes[0]}.{bytes[1]}, this build reads {Version}.0");
        var kind = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
        var keyId = BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]);
        var body = record[HeaderBytes..^ChecksumBytes];
        return new LogRecord(revision, kind, keyId == 0 ? body : Unseal(revision, keyId, bytes, body.Span, cipher));
    }

    /// <summary>The stored checksum of an encoded record.</summary>
    public static uint Checksum(ReadOnlySpan<byte> record) =>
        BinaryPrimitives.ReadUInt32LittleEndian(record[^ChecksumBytes..]);

    private static byte[] Unseal(
        ulong revision, uint keyId, ReadOnlySpan<byte> record, ReadOnlySpan<byte> body, IRecordCipher cipher)
    {
        if (cipher.CurrentKeyId == 0)
            throw new LogLockedException(keyId);
        if (body.Length < cipher.Overhead)
            throw new InvalidDataException("the sealed payload is too short");
        Span<byte> context = stackalloc byte[ContextBytes];
        WriteContext(context, revision, record);
        var clear = new byte[body.Length - cipher.Overhead];
        return cipher.Open(keyId, body, context, clear)
            ? clear
            : throw new InvalidDataException($"the seal does not open with key {keyId}");
    }

    private static void WriteContext(Span<byte> context, ulong revision, ReadOnlySpan<byte> record)
    {
        BinaryPrimitives.WriteUInt64LittleEndian(context, revision);
        record[..HeaderBytes].CopyTo(context[8..]);
    }
}
