using System.Buffers.Binary;
using System.Globalization;
using Orch.Core.Networking;

namespace Orch.Agent.Netlink;

/// <summary>A hardware address. Ours say the IPv4 address they belong to, so that nobody has to ask for them.</summary>
internal readonly record struct MacAddress(ulong Value)
{
    public const int Length = 6;

    public static MacAddress Of(IpAddr address) => new(0x0242_0000_0000UL | (uint)address.Value);

    public static MacAddress Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Length)
            return default;
        Span<byte> wide = stackalloc byte[8];
        wide.Clear();
        bytes.CopyTo(wide[2..]);
        return new(BinaryPrimitives.ReadUInt64BigEndian(wide));
    }

    public byte[] ToBytes()
    {
        var wide = new byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(wide, Value);
        return wide[2..];
    }

    public override string ToString() => string.Join(':', ToBytes().Select(part => part.ToString("x2", CultureInfo.InvariantCulture)));
}
