using System.Buffers.Binary;

namespace Orch.Agent.Asking;

/// <summary>
/// ICMP echo packets of one check: the payload says which check they are of, and how long the packet was made. The kernel of
/// the machine that is asked answers them, whether its agent hangs or not.
/// </summary>
internal static class EchoPacket
{
    public const int IpHeader = 20;
    private const int IcmpHeader = 8;
    private const int Payload = 16;
    private const byte Request = 8;
    private const byte Reply = 0;

    /// <summary>The shortest IP packet that carries all we write, in bytes.</summary>
    public const int Shortest = IpHeader + IcmpHeader + Payload;
    private static ReadOnlySpan<byte> Magic => "orch"u8;

    /// <summary>The ICMP part of an IP packet of so many bytes.</summary>
    public static byte[] Write(ulong run, int size, ushort sequence)
    {
        var packet = new byte[Math.Max(size, Shortest) - IpHeader];
        packet[0] = Request;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(4), (ushort)run);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(6), sequence);
        Magic.CopyTo(packet.AsSpan(IcmpHeader));
        BinaryPrimitives.WriteUInt64BigEndian(packet.AsSpan(IcmpHeader + 4), run);
        BinaryPrimitives.WriteInt32BigEndian(packet.AsSpan(IcmpHeader + 12), size);
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), Checksum(packet));
        return packet;
    }

    /// <summary>Null for what is no whole packet of this check. The packet begins with its IP header, as raw sockets give it.</summary>
    public static EchoSeen? Read(ReadOnlySpan<byte> packet, ulong run)
    {
        if (packet.Length < Shortest)
            return null;
        var header = (packet[0] & 0x0F) * 4;
        var total = BinaryPrimitives.ReadUInt16BigEndian(packet[2..]);
        if (total != packet.Length || packet.Length < header + IcmpHeader + Payload)
            return null;
        var body = packet[header..];
        var payload = body[IcmpHeader..];
        if (body[0] is not (Request or Reply) || !payload.StartsWith(Magic)
            || BinaryPrimitives.ReadUInt64BigEndian(payload[4..]) != run
            || BinaryPrimitives.ReadInt32BigEndian(payload[12..]) != packet.Length)
            return null;
        return new(BinaryPrimitives.ReadUInt32BigEndian(packet[12..]), body[0] == Reply, packet.Length,
            BinaryPrimitives.ReadUInt16BigEndian(body[6..]));
    }

    private static ushort Checksum(ReadOnlySpan<byte> bytes)
    {
        uint sum = 0;
        for (var at = 0; at + 1 < bytes.Length; at += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(bytes[at..]);
        if (bytes.Length % 2 == 1)
            sum += (uint)bytes[^1] << 8;
        while (sum > 0xFFFF)
            sum = (sum & 0xFFFF) + (sum >> 16);
        return (ushort)~sum;
    }
}

/// <summary>A packet of this check that arrived: whose, whether it answers ours, and how long it is in bytes.</summary>
internal readonly record struct EchoSeen(uint Source, bool IsReply, int Size, ushort Sequence);
