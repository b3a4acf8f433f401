using System.Buffers.Binary;

namespace Orch.Manager.Store;

/// <summary>
/// A snapshot: records of <see cref="RecordFormat"/>, numbered from 0. The first holds the revision, the last one the
/// revision, the number of chunks and the chain over all of them. In a file each comes after its length (4 bytes).
/// </summary>
internal static class SnapshotFormat
{
    public const ushort HeaderKind = 1;
    public const ushort ChunkKind = 2;
    public const ushort EndKind = 3;

    /// <summary>Longest record in a snapshot; a length beyond it is damage and not read.</summary>
    public const int MaxRecordBytes = LogLimits.MaxChunkBytes + 256;

    /// <summary>Whether this is the kind of record that a snapshot ends with; not whether it is in order.</summary>
    public static bool IsEnd(ReadOnlySpan<byte> record) =>
        record.Length >= RecordFormat.OverheadBytes && BinaryPrimitives.ReadUInt16LittleEndian(record[2..]) == EndKind;

    public static byte[] Header(ulong revision)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, revision);
        return bytes;
    }

    public static byte[] End(ulong revision, ulong chunks, ulong chain)
    {
        var bytes = new byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, revision);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(8), chunks);
        BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(16), chain);
        return bytes;
    }
}
