using System.Buffers.Binary;
using System.Numerics;

namespace Orch.Manager.Store;

/// <summary>CRC-32C (Castagnoli), by the processor's instruction: every error of up to 32 bits in a row is found.</summary>
internal static class Crc32C
{
    public static uint Compute(ReadOnlySpan<byte> bytes) => ~Update(uint.MaxValue, bytes);

    /// <summary>The checksum of a number (as 8 little-endian bytes) followed by bytes.</summary>
    public static uint Compute(ulong prefix, ReadOnlySpan<byte> bytes) =>
        ~Update(BitOperations.Crc32C(uint.MaxValue, prefix), bytes);

    private static uint Update(uint crc, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }
        foreach (var value in bytes)
            crc = BitOperations.Crc32C(crc, value);
        return crc;
    }
}
