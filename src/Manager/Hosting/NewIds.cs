using System.Security.Cryptography;

namespace Orch.Manager.Hosting;

/// <summary>Fresh random 128-bit numbers for ids; never zero, which means "none".</summary>
internal static class NewIds
{
    public static UInt128 Next()
    {
        Span<byte> bytes = stackalloc byte[16];
        UInt128 value;
        do
        {
            RandomNumberGenerator.Fill(bytes);
            value = System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(bytes);
        }
        while (value == 0);
        return value;
    }
}
