using System.Buffers.Binary;
using System.Net;

namespace Orch.Tests.EndToEnd.Overlay;

/// <summary>What a machine of the cluster would send to another's VXLAN port, made by hand.</summary>
internal static class VxlanFrame
{
    private const int Vxlan = 8, Ethernet = 14, Ip = 20, Udp = 8;

    /// <summary>A UDP datagram for a task, from an address next to it.</summary>
    public static byte[] Datagram(uint vni, string target, ushort port)
    {
        var frame = new byte[Vxlan + Ethernet + Ip + Udp + 1];
        frame[0] = 8;
        BinaryPrimitives.WriteUInt32BigEndian(frame.AsSpan(4), vni << 8);
        var to = IPAddress.Parse(target).GetAddressBytes();
        byte[] from = [to[0], to[1], to[2], 77];
        byte[] ethernet = [2, 0x42, .. to, 2, 0x42, .. from, 8, 0];
        ethernet.CopyTo(frame, Vxlan);
        var ip = frame.AsSpan(Vxlan + Ethernet);
        (ip[0], ip[8], ip[9]) = (0x45, 64, 17);
        BinaryPrimitives.WriteUInt16BigEndian(ip[2..], Ip + Udp + 1);
        from.CopyTo(ip[12..]);
        to.CopyTo(ip[16..]);
        BinaryPrimitives.WriteUInt16BigEndian(ip[10..], Checksum(ip[..Ip]));
        BinaryPrimitives.WriteUInt16BigEndian(ip[Ip..], 4242);
        BinaryPrimitives.WriteUInt16BigEndian(ip[(Ip + 2)..], port);
        BinaryPrimitives.WriteUInt16BigEndian(ip[(Ip + 4)..], Udp + 1);
        return frame;
    }

    private static ushort Checksum(ReadOnlySpan<byte> header)
    {
        var sum = 0u;
        for (var i = 0; i < header.Length; i += 2)
            sum += BinaryPrimitives.ReadUInt16BigEndian(header[i..]);
        while (sum > ushort.MaxValue)
            sum = (sum & ushort.MaxValue) + (sum >> 16);
        return (ushort)~sum;
    }
}
