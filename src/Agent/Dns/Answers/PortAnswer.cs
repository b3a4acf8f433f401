using Orch.Agent.Networks;
using Orch.Core.Networking;

namespace Orch.Agent.Dns;

/// <summary>SRV: the serving tasks by their own names with a port of their service, and their addresses as extras.</summary>
internal static class PortAnswer
{
    public static int Write(
        NameMeaning meaning, in DnsQuery query, ref AnswerWriter writer, DnsOptions options, DnsScratch scratch)
    {
        var known = Collect(meaning, scratch);
        if (query.Type is not (DnsType.Srv or DnsType.Any) || scratch.Ports.Count == 0)
        {
            writer.Authority();
            return writer.Finish(known ? Rcode.NoError : Rcode.NoSuchName);
        }
        scratch.ShufflePorts();
        Span<ushort> targets = stackalloc ushort[1024];
        var written = 0;
        foreach (var line in scratch.Ports)
        {
            if (!writer.TryService(options.TaskTtl, line.Port, out var target, line.Service, line.Task.Place, line.Task.Task.Id))
                break;
            if (written < targets.Length)
                targets[written] = target;
            written++;
        }
        for (var i = 0; i < written && i < targets.Length && targets[i] != 0; i++)
        {
            if (!writer.TryAddress(scratch.Ports[i].Task.Address, options.TaskTtl, targets[i], extra: true))
                break;
        }
        var truncated = written < scratch.Ports.Count;
        scratch.Clear();
        return writer.Finish(Rcode.NoError, truncated: truncated);
    }

    /// <summary>False when no service of that name has such a port.</summary>
    private static bool Collect(NameMeaning meaning, DnsScratch scratch)
    {
        var known = false;
        foreach (var view in meaning)
        {
            var data = view.Data;
            foreach (var port in data.Ports)
            {
                if (!Is(port, meaning))
                    continue;
                known = true;
                foreach (var on in data.Tasks)
                {
                    if (on.Task.Serving)
                        scratch.Ports.Add(new(data.Name, on, port.Target));
                }
                break;
            }
        }
        return known;
    }

    private static bool Is(ServiceEntryPort port, NameMeaning meaning) =>
        DnsName.Is(meaning.Place, port.Protocol switch
        {
            PortProtocol.Tcp => "tcp",
            PortProtocol.Udp => "udp",
            _ => "sctp",
        })
        && (DnsName.TryNumber(meaning.Detail, out var number)
            ? number == port.Target : port.Name.Length > 0 && DnsName.Is(meaning.Detail, port.Name));
}
