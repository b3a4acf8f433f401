namespace Orch.Agent.Dns;

/// <summary>
/// PTR: an address of the asker's networks gives the name of its service or task. Other addresses of our networks have no
/// name for it, and nobody outside is asked about them.
/// </summary>
internal static class PointerAnswer
{
    private static ReadOnlySpan<byte> Suffix => "\u0007in-addr\u0004arpa"u8;

    /// <summary>The address whose name is asked: 1.0.0.10.in-addr.arpa is 10.0.0.1. Null for any other name.</summary>
    public static uint? AddressIn(ReadOnlySpan<byte> name)
    {
        uint address = 0;
        for (var part = 0; part < 4; part++)
        {
            if (!DnsName.TryNumber(DnsName.First(name, out name), out var number) || number > 255)
                return null;
            address |= (uint)number << (8 * part);
        }
        return name.SequenceEqual(Suffix) ? address : null;
    }

    /// <summary>Null: not an address of ours.</summary>
    public static DnsReply? Try(
        DnsIndex index, Asker asker, uint address, in DnsQuery query, ref AnswerWriter writer, DnsOptions options)
    {
        foreach (var zone in asker.Zones)
        {
            if (!zone.TryOwner(address, out var owner) || zone.Facts.IsIngress)
                continue;
            if (query.Type is DnsType.Ptr or DnsType.Any && TryWrite(owner, ref writer, options))
                return new(Verdict.Answer, writer.Finish(Rcode.NoError));
            writer.Authority();
            return new(Verdict.Answer, writer.Finish(query.Type == DnsType.Ptr ? Rcode.NoSuchName : Rcode.NoError));
        }
        if (!index.IsOurs(address))
            return null;
        writer.Authority();
        return new(Verdict.Answer, writer.Finish(Rcode.NoSuchName));
    }

    private static bool TryWrite(AddressOwner owner, ref AnswerWriter writer, DnsOptions options)
    {
        if (owner.Vip is { } view)
            return writer.TryPointer(options.VirtualTtl, view.Data.Name);
        if (owner.Task.Task is not { } task || owner.Asker?.Service is not { } service)
            return false;
        return writer.TryPointer(options.TaskTtl, service.Name, owner.Task.Place, task.Id);
    }
}
