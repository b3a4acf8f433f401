using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Orch.Agent.Dns;
using Orch.Core.Networking;

namespace Orch.Tests.Agent.Dns;

/// <summary>An answer as a resolver reads it, following compression. Records are printed "name type ttl value".</summary>
internal sealed record Answer(ushort Id, Rcode Code, bool Truncated, bool Authoritative, int Size)
{
    public static readonly Answer Forwarded = new(0, Rcode.NoError, false, false, 0);

    public List<string> Records { get; } = [];
    public List<string> Authorities { get; } = [];
    public List<string> Extras { get; } = [];
    public int Edns { get; private set; }

    /// <summary>Of A, PTR and SRV records, in order of their text.</summary>
    public string Values => string.Join(' ', Records.Select(record => record.Split(' ', 4)[3]).Order(StringComparer.Ordinal));

    public static Answer Read(ReadOnlySpan<byte> packet)
    {
        Assert.True((packet[2] & 0x80) != 0, "an answer says that it is one");
        var answer = new Answer(
            BinaryPrimitives.ReadUInt16BigEndian(packet), (Rcode)(packet[3] & 15), (packet[2] & 2) != 0, (packet[2] & 4) != 0, packet.Length);
        var at = DnsWire.HeaderSize;
        for (var questions = Number(packet, 4); questions > 0; questions--)
        {
            Name(packet, ref at);
            at += 4;
        }
        foreach (var (place, list) in new[] { (6, answer.Records), (8, answer.Authorities), (10, answer.Extras) })
        {
            for (var count = Number(packet, place); count > 0; count--)
                answer = answer.Record(packet, ref at, list);
        }
        Assert.Equal(packet.Length, at);
        return answer;
    }

    private Answer Record(ReadOnlySpan<byte> packet, ref int at, List<string> list)
    {
        var name = Name(packet, ref at);
        var type = (DnsType)Number(packet, at);
        var ttl = BinaryPrimitives.ReadUInt32BigEndian(packet[(at + 4)..]);
        var length = Number(packet, at + 8);
        at += 10;
        var body = at;
        at += length;
        if (type == DnsType.Opt)
        {
            Edns = Number(packet, body - 8);
            return this with { Code = (Rcode)((int)(ttl >> 24 << 4) | (int)Code) };
        }
        list.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {type} {ttl} {Value(packet, type, body, length)}"));
        return this;
    }

    private static string Value(ReadOnlySpan<byte> packet, DnsType type, int body, int length)
    {
        var name = body + 6;
        return type switch
        {
            DnsType.A => IpAddr.V4(BinaryPrimitives.ReadUInt32BigEndian(packet[body..])).ToString(),
            DnsType.Ptr => Name(packet, ref body),
            DnsType.Srv => $"{Number(packet, body + 4)} {Name(packet, ref name)}",
            _ => Convert.ToHexString(packet.Slice(body, length)),
        };
    }

    private static string Name(ReadOnlySpan<byte> packet, ref int at)
    {
        var text = new StringBuilder();
        for (var jumps = 0; packet[at] != 0;)
        {
            if (packet[at] >= 0xC0)
            {
                Assert.True(++jumps < 10, "names in answers go round");
                var there = Number(packet, at) & 0x3FFF;
                at += 2;
                text.Append(Name(packet, ref there));
                return text.ToString();
            }
            text.Append(Encoding.Latin1.GetString(packet.Slice(at + 1, packet[at]))).Append('.');
            at += packet[at] + 1;
        }
        at++;
        return text.ToString();
    }

    private static ushort Number(ReadOnlySpan<byte> packet, int at) => BinaryPrimitives.ReadUInt16BigEndian(packet[at..]);
}
