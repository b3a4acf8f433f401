using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using Orch.Agent.Dns;
using Orch.Core.Networking;
using static Orch.Tests.Agent.Dns.DnsWorld;

namespace Orch.Tests.Agent.Dns;

/// <summary>
/// Packets from a seed: good questions with random changes, and noise. Each ends with silence, an answer that can be read
/// and is not longer than it may be, or a question for others; and the code is what a second reader of packets says.
/// ORCH_DNS_PACKETS packets instead of what fits into a share of the suite's time, ORCH_DNS_PACKETS_SEED for others than
/// before: make soak SCENARIO=dns.
/// </summary>
public sealed class DnsFuzzTests
{
    private const int Share = 1_000_000;
    private const int Block = 10_000;
    private const string Client = "10.0.0.11";
    private static readonly TimeSpan _most = TimeSpan.FromSeconds(8);

    private static readonly string[] _names =
    [
        "web", "tasks.web", "1.web", "2.web.shop", "shop_web", "shop_web.1.t1", "_http._tcp.web", "_80._tcp.tasks.web", "11.0.0.10.in-addr.arpa",
        "100.0.0.10.in-addr.arpa", "8.8.8.8.in-addr.arpa", "example.org", "x", "", "a.b.c.d.e.f.g.h", "db.local", "in-addr.arpa", "tasks", "_._.web", "_tcp.web",
    ];

    [Fact]
    public void Whatever_the_packet_the_answer_is_right_and_short_enough()
    {
        var asked = Environment.GetEnvironmentVariable("ORCH_DNS_PACKETS");
        var count = asked is null ? Share : long.Parse(asked, CultureInfo.InvariantCulture);
        var first = long.Parse(Environment.GetEnvironmentVariable("ORCH_DNS_PACKETS_SEED") ?? "1", CultureInfo.InvariantCulture);
        var target = new Target();
        var clock = Stopwatch.StartNew();
        for (long done = 0; done < count && (asked is not null || clock.Elapsed < _most); done += Block)
            target.Run(unchecked((int)(first + done)), Block);
        Assert.True(target.Answered > 0 && target.Silent > 0 && target.Forwarded > 0);
    }

    private sealed class Target
    {
        private readonly DnsWorld _world = new DnsWorld().With(
            Network("front", "10.0.0.0/24", "10.0.0.2"),
            Service("s1", "shop_web", "shop", ["front 10.0.0.100 web db.local"], "http/tcp/80"),
            Service("s2", "many", "", ["front -"], "http/tcp/80"),
            Task("t1", "s1", 1, true, "front 10.0.0.11"),
            Task("t2", "s1", 2, false, "front 10.0.0.12"))
            .With([.. Enumerable.Range(20, 60).Select(n => Task($"m{n}", "s2", (ulong)n, true, $"front 10.0.0.{n}"))]);
        private readonly byte[][] _corpus;
        private readonly byte[] _packet = new byte[2048];
        private readonly byte[] _buffer = new byte[DnsWire.MostTcp];
        private readonly DnsScratch _scratch = new(new Random(1));
        private readonly Zone _zone;
        private readonly uint _source = (uint)IpAddr.Parse(Client).Value;

        public Target()
        {
            _zone = _world.Index.Zones[0];
            _corpus =
            [
                .. from name in _names.Append("many").Append("tasks.many").Append("_http._tcp.many")
                   from type in new[] { DnsType.A, DnsType.Aaaa, DnsType.Srv, DnsType.Ptr, DnsType.Any }
                   from edns in new int?[] { null, 512, 1232, 65535 }
                   select Query.Of(name, type, edns),
            ];
        }

        public long Answered { get; private set; }
        public long Silent { get; private set; }
        public long Forwarded { get; private set; }

        public void Run(int seed, int packets)
        {
            var random = new Random(seed);
            for (var i = 0; i < packets; i++)
            {
                var length = Write(random);
                var tcp = random.Next(8) == 0;
                var packet = _packet.AsSpan(0, length);
                try
                {
                    Check(packet, tcp, read: (i & 7) == 0);
                }
                catch (Exception e)
                {
                    Assert.Fail($"seed {seed} packet {i}, {(tcp ? "TCP" : "UDP")}: {Convert.ToHexString(packet)}: {e}");
                }
            }
        }

        private int Write(Random random)
        {
            if (random.Next(16) == 0)
            {
                random.NextBytes(_packet.AsSpan(0, 600));
                return random.Next(600);
            }
            var good = _corpus[random.Next(_corpus.Length)];
            good.CopyTo(_packet, 0);
            var length = good.Length;
            for (var changes = random.Next(4); changes > 0; changes--)
            {
                var at = random.Next(length + 1);
                switch (random.Next(6))
                {
                    case 0:
                        length = at;
                        break;
                    case 1:
                        _packet[at] ^= (byte)(1 << random.Next(8));
                        break;
                    case 2:
                        _packet[at] = (byte)random.Next(256);
                        break;
                    case 3:
                        _packet.AsSpan(at, length - at).CopyTo(_packet.AsSpan(at + 1));
                        length++;
                        break;
                    case 4:
                        random.NextBytes(_packet.AsSpan(length, 20));
                        length += random.Next(20);
                        break;
                    default:
                        _packet[random.Next(4, 12)] = (byte)random.Next(3);
                        break;
                }
            }
            return length;
        }

        private void Check(ReadOnlySpan<byte> packet, bool tcp, bool read)
        {
            var expected = SecondReader.Judge(packet);
            var reply = _world.Handler.Handle(_zone, _source, packet, _buffer, tcp, _scratch);
            if (reply.Verdict == Verdict.Drop)
            {
                Assert.Null(expected);
                Silent++;
                return;
            }
            if (reply.Verdict == Verdict.Forward)
            {
                Assert.Equal(Rcode.NoError, expected);
                Forwarded++;
                return;
            }
            Answered++;
            var answer = _buffer.AsSpan(0, reply.Length);
            var code = (Rcode)(answer[3] & 15);
            Assert.True(answer[..2].SequenceEqual(packet[..2]) && (answer[2] & 0x80) != 0);
            Assert.True(reply.Length <= (tcp ? DnsWire.MostTcp : DnsOptions.Advertised));
            Assert.True(expected switch
            {
                Rcode.NoError => code is Rcode.NoError or Rcode.NoSuchName,
                Rcode.BadVersion => code == Rcode.NoError && BinaryPrimitives.ReadUInt16BigEndian(answer[10..]) == 1,
                _ => code == expected,
            }, $"{code}, not {expected}");
            if (read)
                Answer.Read(answer);
        }
    }
}
