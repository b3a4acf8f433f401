using System.Buffers.Binary;
using System.Text;
using Orch.Core.Model;

namespace Orch.Manager.Store.Sqlite;

/// <summary>
/// What is true of the log as a whole, in one row that every transaction compares and replaces: where it begins and
/// ends, the chain at both ends, and the leadership. Version 1, little-endian, CRC-32C last.
/// </summary>
internal sealed record LogMeta(
    ulong Head, ulong HeadChain, ulong Base, ulong BaseChain, Epoch Epoch, LeaderInfo? Leader)
{
    private const byte Version = 1;
    private const int FixedBytes = 1 + 6 * 8;

    public static LogMeta Empty { get; } = new(0, 0, 0, 0, Epoch.None, null);

    public bool Leads(Epoch epoch) => Leader is not null && Epoch == epoch;

    public byte[] Encode()
    {
        var id = Encoding.UTF8.GetBytes(Leader?.Id ?? "");
        var address = Encoding.UTF8.GetBytes(Leader?.Address ?? "");
        var bytes = new byte[FixedBytes + 4 + id.Length + address.Length + 4];
        bytes[0] = Version;
        ReadOnlySpan<ulong> numbers = [Head, HeadChain, Base, BaseChain, Epoch.Incarnation, Epoch.Term];
        for (var i = 0; i < numbers.Length; i++)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan(1 + 8 * i), numbers[i]);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(FixedBytes), (ushort)id.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(FixedBytes + 2), (ushort)address.Length);
        id.CopyTo(bytes, FixedBytes + 4);
        address.CopyTo(bytes, FixedBytes + 4 + id.Length);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(bytes.Length - 4), Crc32C.Compute(bytes.AsSpan(..^4)));
        return bytes;
    }

    /// <exception cref="InvalidDataException">Damaged, or of a version this build does not know.</exception>
    public static LogMeta Decode(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < FixedBytes + 8
            || Crc32C.Compute(bytes[..^4]) != BinaryPrimitives.ReadUInt32LittleEndian(bytes[^4..]))
            throw new InvalidDataException("the head record is damaged");
        if (bytes[0] != Version)
            throw new InvalidDataException($"the head record has version {bytes[0]}, this build reads {Version}");
        Span<ulong> numbers = stackalloc ulong[6];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = BinaryPrimitives.ReadUInt64LittleEndian(bytes[(1 + 8 * i)..]);
        int idBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes[FixedBytes..]);
        int addressBytes = BinaryPrimitives.ReadUInt16LittleEndian(bytes[(FixedBytes + 2)..]);
        var id = Encoding.UTF8.GetString(bytes.Slice(FixedBytes + 4, idBytes));
        var address = Encoding.UTF8.GetString(bytes.Slice(FixedBytes + 4 + idBytes, addressBytes));
        return new LogMeta(
            numbers[0], numbers[1], numbers[2], numbers[3], new Epoch(numbers[4], numbers[5]),
            id.Length == 0 ? null : new LeaderInfo(id, address));
    }
}
