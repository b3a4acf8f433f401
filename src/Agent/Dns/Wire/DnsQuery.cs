using System.Buffers.Binary;

namespace Orch.Agent.Dns;

/// <summary>What is wrong with a message before anyone looks for its name.</summary>
internal enum QueryFault
{
    None,

    /// <summary>No header, or itself an answer: silence, so that two servers never talk to each other for ever.</summary>
    NoQuery,
    Format,
    Opcode,
    EdnsVersion,
    Class,
    MetaType,
}

/// <summary>
/// A question as it came. Reading writes its name in lower case, labels with their lengths and no root, to a buffer of the
/// caller. Names are never followed through compression, so no loop can be.
/// </summary>
internal ref struct DnsQuery
{
    private const int MostExtra = 16;

    public ReadOnlySpan<byte> Packet;
    public ReadOnlySpan<byte> Name;
    public DnsType Type;

    /// <summary>Where the question ends; 0 when there is none that can be repeated.</summary>
    public int QuestionEnd;

    /// <summary>Where the whole query ends: what is behind it is not passed on.</summary>
    public int End;
    public bool HasEdns;

    /// <summary>What the client takes over UDP.</summary>
    public int PayloadSize;

    public static QueryFault Read(ReadOnlySpan<byte> packet, Span<byte> name, out DnsQuery query)
    {
        query = new() { Packet = packet, PayloadSize = DnsWire.LeastUdp };
        if (packet.Length < DnsWire.HeaderSize || (packet[2] & 0x80) != 0)
            return QueryFault.NoQuery;
        if ((packet[2] & 0x78) != 0)
            return QueryFault.Opcode;
        if (Count(packet, 4) != 1 || Count(packet, 6) != 0 || Count(packet, 8) != 0 || Count(packet, 10) > MostExtra)
            return QueryFault.Format;
        var length = ReadName(packet, name);
        var end = DnsWire.HeaderSize + length + 1 + 4;
        if (length < 0 || end > packet.Length)
            return QueryFault.Format;
        query.Name = name[..length];
        query.QuestionEnd = query.End = end;
        query.Type = (DnsType)BinaryPrimitives.ReadUInt16BigEndian(packet[(end - 4)..]);
        var fault = query.ReadExtra(Count(packet, 10));
        if (fault != QueryFault.None)
            return fault;
        if (BinaryPrimitives.ReadUInt16BigEndian(packet[(end - 2)..]) != DnsWire.ClassIn)
            return QueryFault.Class;
        return query.Type is >= DnsType.FirstMeta and <= DnsType.LastMeta ? QueryFault.MetaType : QueryFault.None;
    }

    /// <summary>The length of the name without its root, or -1.</summary>
    private static int ReadName(ReadOnlySpan<byte> packet, Span<byte> name)
    {
        var at = DnsWire.HeaderSize;
        var length = 0;
        while (true)
        {
            if (at >= packet.Length)
                return -1;
            var label = packet[at];
            if (label == 0)
                return length;
            if (label > DnsWire.MostLabel || at + label >= packet.Length || length + label + 2 > DnsWire.MostName)
                return -1;
            name[length++] = label;
            foreach (var letter in packet.Slice(at + 1, label))
                name[length++] = DnsName.ToLower(letter);
            at += label + 1;
        }
    }

    private QueryFault ReadExtra(int records)
    {
        var fault = QueryFault.None;
        for (; records > 0; records--)
        {
            var body = SkipName(End);
            if (body < 0 || body + 10 > Packet.Length)
                return QueryFault.Format;
            var next = body + 10 + BinaryPrimitives.ReadUInt16BigEndian(Packet[(body + 8)..]);
            if (next > Packet.Length)
                return QueryFault.Format;
            if ((DnsType)BinaryPrimitives.ReadUInt16BigEndian(Packet[body..]) == DnsType.Opt)
            {
                if (HasEdns || body != End + 1 || !AreOptions(Packet[(body + 10)..next]))
                    return QueryFault.Format;
                HasEdns = true;
                PayloadSize = Math.Max(DnsWire.LeastUdp, (int)BinaryPrimitives.ReadUInt16BigEndian(Packet[(body + 2)..]));
                if (Packet[body + 5] != 0)
                    fault = QueryFault.EdnsVersion;
            }
            End = next;
        }
        return fault;
    }

    private readonly int SkipName(int at)
    {
        while (at < Packet.Length)
        {
            var label = Packet[at];
            if (label == 0)
                return at + 1;
            if (label >= 0xC0)
                return at + 2;
            if (label > DnsWire.MostLabel)
                return -1;
            at += label + 1;
        }
        return -1;
    }

    private static bool AreOptions(ReadOnlySpan<byte> options)
    {
        while (options.Length >= 4)
        {
            var next = 4 + BinaryPrimitives.ReadUInt16BigEndian(options[2..]);
            if (next > options.Length)
                return false;
            options = options[next..];
        }
        return options.IsEmpty;
    }

    private static ushort Count(ReadOnlySpan<byte> packet, int at) => BinaryPrimitives.ReadUInt16BigEndian(packet[at..]);
}
