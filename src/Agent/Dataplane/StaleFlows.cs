using System.Globalization;
using Orch.Agent.Netlink;
using Orch.Agent.Networks;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>
/// Flows outlive rules: a datagram flow would go on to a backend that left, and one that began before there were rules would
/// go on past them. Connections of TCP stay where they are: they end with their backend.
/// </summary>
internal sealed class StaleFlows(FlowTable table, Func<HashSet<IpAddr>> led)
{
    private const byte Udp = 17;

    // Where flows of datagrams went when the table was made: it has noted only those that came later.
    private HashSet<IpAddr> _earlier = [];

    public FlowTable Table => table;

    public void Forget(RuleChange change)
    {
        if (Gone(change).Concat(Added(change.Added)).ToList() is { Count: > 0 } filters)
            table.Forget(filters);
    }

    /// <summary>When nobody knows what the rules were until now: every flow is looked at.</summary>
    public void ForgetAll(IReadOnlyCollection<ServiceRules> rules, NetworkBook book)
    {
        var added = Added(rules.SelectMany(each => each.Elements)).ToList();
        var backends = rules.SelectMany(each => each.Backends).ToHashSet();
        var vips = added.Select(filter => filter.Destination).OfType<IpAddr>().ToHashSet();
        var ports = added.Select(filter => filter.Port).OfType<ushort>().ToHashSet();
        var blocks = book.Networks.Values.SelectMany(network => network.Subnets).ToList();
        var earlier = new HashSet<IpAddr>();
        table.Forget(flow => flow.Translated
            ? flow.Protocol == Udp && !Stays(flow) && blocks.Exists(block => block.Contains(flow.Answering))
            : vips.Contains(flow.Destination) || (flow.Protocol == Udp && ports.Contains(flow.Port)));
        _earlier = earlier;

        bool Stays(in Flow flow)
        {
            if (!backends.Contains(flow.Answering))
                return false;
            earlier.Add(flow.Answering);
            return true;
        }
    }

    /// <summary>The kernel looks through its whole table for flows, which takes it ten milliseconds and more: not where it led none.</summary>
    private IEnumerable<FlowFilter> Gone(RuleChange change)
    {
        var before = change.Before.Values.SelectMany(rules => rules.Backends).ToHashSet();
        before.ExceptWith(change.After.Values.SelectMany(rules => rules.Backends));
        if (before.Count > 0 && led() is { Count: < RuleNames.MostLed } only)
            before.RemoveWhere(backend => !only.Contains(backend) && !_earlier.Contains(backend));
        return before.Select(backend => new FlowFilter(Translated: true, null, backend, Udp, null));
    }

    /// <summary>What was sent to an address or a port before it led anywhere.</summary>
    private static IEnumerable<FlowFilter> Added(IEnumerable<RuleElement> elements)
    {
        foreach (var element in elements)
        {
            if (element.Set == RuleNames.HostVips)
                yield return new(Translated: false, IpAddr.Parse(element.Key), null, null, null);
            else if (element.Set is RuleNames.Ports or RuleNames.PortsAt && element.Key.Contains("udp . ", StringComparison.Ordinal))
                yield return new(Translated: false, null, null, Udp, Port(element.Key));
        }
    }

    private static ushort Port(string key) =>
        ushort.Parse(key.AsSpan(key.LastIndexOf(' ') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
}
