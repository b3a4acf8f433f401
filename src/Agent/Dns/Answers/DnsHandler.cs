namespace Orch.Agent.Dns;

internal enum Verdict
{
    /// <summary>Nothing is said.</summary>
    Drop,

    /// <summary>The answer is in the buffer.</summary>
    Answer,

    /// <summary>Not ours: the host's servers know.</summary>
    Forward,
}

internal readonly record struct DnsReply(Verdict Verdict, int Length = 0, Asker? Asker = null);

/// <summary>
/// From a message and its sender to an answer: no sockets, no waiting, no memory of its own. Any number of workers may
/// ask at once, each with a scratch of its own.
/// </summary>
internal sealed class DnsHandler(DnsIndex index, DnsOptions options)
{
    public bool Knows(Zone asked, uint source) => Who(asked, source) is not null;

    /// <summary>The buffer has room for <see cref="DnsWire.MostTcp"/> bytes over TCP, else for the most over UDP.</summary>
    public DnsReply Handle(
        Zone asked, uint source, ReadOnlySpan<byte> packet, Span<byte> buffer, bool tcp, DnsScratch scratch)
    {
        if (Who(asked, source) is not { } asker)
            return default;
        Span<byte> name = stackalloc byte[DnsWire.MostName];
        var fault = DnsQuery.Read(packet, name, out var query);
        if (fault == QueryFault.NoQuery)
            return default;
        var limit = tcp ? DnsWire.MostTcp : Math.Clamp(query.PayloadSize, DnsWire.LeastUdp, options.MostUdp);
        var writer = new AnswerWriter(query, buffer, limit);
        if (fault != QueryFault.None)
            return new(Verdict.Answer, writer.Finish(CodeOf(fault), authoritative: false));
        scratch.Clear();
        if (PointerAnswer.AddressIn(query.Name) is { } address)
            return PointerAnswer.Try(index, asker, address, query, ref writer, options) ?? Other(asker, ref writer);
        var meaning = NameMeaning.Of(asker, query.Name);
        return meaning.Kind switch
        {
            NameKind.Unknown => Other(asker, ref writer),
            NameKind.Port => new(Verdict.Answer, PortAnswer.Write(meaning, query, ref writer, options, scratch)),
            _ => new(Verdict.Answer, AddressAnswer.Write(meaning, query, ref writer, options, scratch)),
        };
    }

    private Asker? Who(Zone asked, uint source) =>
        index.Who(asked, source) ?? (source == options.OwnAddress && source != 0 ? asked.Host : null);

    private static DnsReply Other(Asker asker, ref AnswerWriter writer)
    {
        if (asker.MayForward)
            return new(Verdict.Forward, 0, asker);
        writer.Authority();
        return new(Verdict.Answer, writer.Finish(Rcode.NoSuchName));
    }

    private static Rcode CodeOf(QueryFault fault) => fault switch
    {
        QueryFault.Opcode => Rcode.NotImplemented,
        QueryFault.EdnsVersion => Rcode.BadVersion,
        QueryFault.Class or QueryFault.MetaType => Rcode.Refused,
        _ => Rcode.FormatError,
    };
}
