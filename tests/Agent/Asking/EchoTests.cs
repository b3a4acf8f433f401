using System.Buffers.Binary;
using Orch.Agent.Asking;

namespace Orch.Tests.Agent.Asking;

public sealed class EchoTests
{
    private const ulong Run = 0x1122334455667788;

    /// <summary>As it would arrive: with an IP header, and turned into a reply where it is one.</summary>
    private static byte[] Arrived(ulong run, int size, bool reply = false, int cut = 0)
    {
        var body = EchoPacket.Write(run, size, 7);
        if (reply)
            body[0] = 0;
        var packet = new byte[EchoPacket.IpHeader + body.Length - cut];
        packet[0] = 0x45;
        BinaryPrimitives.WriteUInt16BigEndian(packet.AsSpan(2), (ushort)packet.Length);
        BinaryPrimitives.WriteUInt32BigEndian(packet.AsSpan(12), 0x0A800003);
        body.AsSpan(0, body.Length - cut).CopyTo(packet.AsSpan(EchoPacket.IpHeader));
        return packet;
    }

    [Theory]
    [InlineData(44)]
    [InlineData(1450)]
    [InlineData(1451)]
    public void A_packet_is_read_as_it_was_written(int size)
    {
        Assert.Equal(new EchoSeen(0x0A800003, false, size, 7), EchoPacket.Read(Arrived(Run, size), Run));
        Assert.Equal(new EchoSeen(0x0A800003, true, size, 7), EchoPacket.Read(Arrived(Run, size, reply: true), Run));
    }

    [Fact]
    public void The_checksum_is_the_one_that_the_kernel_checks()
    {
        foreach (var size in (int[])[44, 61, 1450])
        {
            var body = EchoPacket.Write(Run, size, 9);
            uint sum = 0;
            for (var i = 0; i < body.Length; i++)
                sum += (uint)(i % 2 == 0 ? body[i] << 8 : body[i]);
            while (sum > 0xFFFF)
                sum = (sum & 0xFFFF) + (sum >> 16);
            Assert.Equal(0xFFFFu, sum);
        }
    }

    [Fact]
    public void What_is_of_another_check_cut_or_no_echo_is_not_taken()
    {
        Assert.Null(EchoPacket.Read(Arrived(Run + 1, 100), Run));
        Assert.Null(EchoPacket.Read(Arrived(Run, 100, cut: 20), Run));
        Assert.Null(EchoPacket.Read(new byte[10], Run));
        var other = Arrived(Run, 100);
        other[EchoPacket.IpHeader] = 3; // destination unreachable
        Assert.Null(EchoPacket.Read(other, Run));
    }

    [Fact]
    public void Any_bytes_are_read_without_harm()
    {
        var random = new Random(7);
        for (var i = 0; i < 5000; i++)
        {
            var packet = Arrived(Run, random.Next(44, 200));
            for (var flips = random.Next(1, 6); flips > 0; flips--)
                packet[random.Next(packet.Length)] = (byte)random.Next(256);
            EchoPacket.Read(packet.AsSpan(0, random.Next(packet.Length + 1)), Run);
        }
    }

    private static EchoSeen Seen(int size, bool reply) => new(1, reply, size, 1);

    [Fact]
    public void Small_and_full_packets_are_sent_until_both_sides_had_them()
    {
        var tally = new PeerTally("n2", 1450);
        Assert.Equal([EchoPacket.Shortest, 1450], tally.Sizes());

        tally.Take(Seen(EchoPacket.Shortest, reply: true), TimeSpan.FromMilliseconds(2));
        tally.Take(Seen(EchoPacket.Shortest, reply: false), null);
        Assert.Equal([1450], tally.Sizes());
        tally.Take(Seen(1450, reply: true), TimeSpan.FromMilliseconds(1));
        tally.Take(Seen(1450, reply: false), null);

        Assert.Empty(tally.Sizes());
        Assert.False(tally.IsComplete);
        tally.MachineAnswered = true;
        Assert.True(tally.IsComplete);
        var report = tally.Report();
        Assert.Equal((true, true, true, true, 1450u, 1000u),
            (report.Heard, report.HeardFull, report.Answered, report.AnsweredFull, report.Largest, report.RoundTripMicros));
    }

    [Fact]
    public void The_sizes_between_are_tried_once_full_packets_have_had_their_time()
    {
        var tally = new PeerTally("n2", 1450);
        tally.Take(Seen(EchoPacket.Shortest, reply: true), null);
        tally.Take(Seen(EchoPacket.Shortest, reply: false), null);
        for (var round = 0; round < 3; round++)
            Assert.Equal([1450], tally.Sizes());

        var sizes = tally.Sizes().ToList();
        Assert.Contains(1372, sizes);
        Assert.Contains(576, sizes);
        Assert.All(sizes, size => Assert.InRange(size, 576, 1450));
        for (var round = 0; round < 2; round++)
            Assert.True(tally.Sizes().Count() > 1);
        Assert.Equal([1450], tally.Sizes());

        tally.Take(Seen(1372, reply: true), null);
        Assert.Equal((1372u, false), (tally.Report().Largest, tally.Report().AnsweredFull));
    }
}
