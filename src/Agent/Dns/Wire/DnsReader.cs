using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Text;

namespace Orch.Agent.Dns;

/// <summary>
/// An answer as a resolver reads it, for people who look: ours, and those that other servers gave, which may say anything.
/// Throws <see cref="FormatException"/> for what is no answer.
/// </summary>
internal ref struct DnsReader
{
    private const int MostRecords = 4096;
    private const int MostJumps = 64;
    private readonly ReadOnlySpan<byte> _packet;
    private int _at;

    public DnsReader(ReadOnlySpan<byte> packet)
    {
        if (packet.Length < DnsWire.HeaderSize || (packet[2] & 0x80) == 0)
            throw new FormatException("this is no DNS answer");
        _packet = packet;
        _at = DnsWire.HeaderSize;
        Code = packet[3] & 0x0F;
    }

    /// <summary>With its upper part once <see cref="Records"/> met the OPT record.</summary>
    public int Code { get; private set; }
    public readonly bool Authoritative => (_packet[2] & 4) != 0;
    public readonly bool Truncated => (_packet[2] & 2) != 0;

    public List<DnsRecord> Records()
    {
        for (var questions = Number(4); questions > 0; questions--)
        {
            Name(ref _at);
            _at += 4;
        }
        var records = new List<DnsRecord>();
        foreach (var (place, section) in ((int, DnsSection)[])[(6, DnsSection.Answer), (8, DnsSection.Authority), (10, DnsSection.Extra)])
        {
            for (var count = Number(place); count > 0 && records.Count < MostRecords; count--)
            {
                if (Record(section) is { } record)
                    records.Add(record);
            }
        }
        return records;
    }

    /// <summary>Null for the OPT record, which is about the message.</summary>
    private DnsRecord? Record(DnsSection section)
    {
        var name = Name(ref _at);
        var type = (DnsType)Number(_at);
        var ttl = BinaryPrimitives.ReadUInt32BigEndian(Bytes(_at + 4, 4));
        var length = Number(_at + 8);
        var body = _at + 10;
        _ = Bytes(body, length);
        _at = body + length;
        if (type != DnsType.Opt)
            return new(section, name, type, ttl, Value(type, body, length));
        Code |= (int)(ttl >> 24) << 4;
        return null;
    }

    private readonly string Value(DnsType type, int body, int length)
    {
        var name = body;
        switch (type)
        {
            case DnsType.A when length == 4:
            case DnsType.Aaaa when length == 16:
                return new IPAddress(Bytes(body, length)).ToString();
            case DnsType.Ptr or DnsType.Cname or DnsType.Ns:
                return Name(ref name);
            case DnsType.Srv when length > 6:
                name += 6;
                return string.Create(CultureInfo.InvariantCulture, $"{Number(body)} {Number(body + 2)} {Number(body + 4)} {Name(ref name)}");
            default:
                return Convert.ToHexStringLower(Bytes(body, length));
        }
    }

    /// <summary>With dots between its labels and none at its end; what is no plain letter is shown as \DDD.</summary>
    private readonly string Name(ref int at)
    {
        var text = new StringBuilder();
        var place = at;
        for (var jumps = 0; ;)
        {
            var label = Bytes(place, 1)[0];
            if (label >= 0xC0)
            {
                if (jumps++ == 0)
                    at = place + 2;
                if (jumps > MostJumps)
                    throw new FormatException("a name in the answer goes round");
                place = Number(place) & 0x3FFF;
                continue;
            }
            if (label > DnsWire.MostLabel || text.Length > 4 * DnsWire.MostName)
                throw new FormatException("a name in the answer is none");
            place++;
            if (jumps == 0)
                at = place + label;
            if (label == 0)
                return text.ToString();
            text.Append(text.Length > 0 ? "." : "");
            foreach (var letter in Bytes(place, label))
                _ = letter is > 0x20 and < 0x7F and not (byte)'.' and not (byte)'\\'
                    ? text.Append((char)letter) : text.Append(CultureInfo.InvariantCulture, $"\\{letter:000}");
            place += label;
        }
    }

    private readonly ushort Number(int at) => BinaryPrimitives.ReadUInt16BigEndian(Bytes(at, 2));

    private readonly ReadOnlySpan<byte> Bytes(int at, int length) =>
        at + length <= _packet.Length ? _packet.Slice(at, length) : throw new FormatException("the answer is shorter than it says");
}

internal enum DnsSection
{
    Answer,
    Authority,
    Extra,
}

/// <summary>Ttl in seconds; value as zone files have it, or in hexadecimal digits where its type is not known here.</summary>
internal sealed record DnsRecord(DnsSection Section, string Name, DnsType Type, uint Ttl, string Value);
