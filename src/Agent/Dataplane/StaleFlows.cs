using System.Globalization;
using Orch.Agent.Netlink;
using Orch.Agent.Networks;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>
/// Flows outlive rules: a datagram flow would go on to a backend that left, and one that began before there were rules would
/// go on past them. Connections of TCP stay where they are: they end with their backend.
/// </summary>
internal sealed class StaleFlows(FlowTable table)
{
    private const byte Udp = 17;
    private bool _looked;

    public FlowTable Table => table;

    /// <summary>The first time nobody knows what the rules were before: every flow is looked at.</summary>
    public void Forget(RuleChange change, NetworkBook book)
    {
        var added = Added(change).ToList();
        if (!_looked)
            table.Forget(Leftover(change, added, book));
        else if (Gone(change).Concat(added).ToList() is { Count: > 0 } filters)
            table.Forget(filters);
        _looked = true;
    }

    private static IEnumerable<FlowFilter> Gone(RuleChange change)
    {
        var before = change.Before.Values.SelectMany(rules => rules.Backends).ToHashSet();
        before.ExceptWith(change.After.Values.SelectMany(rules => rules.Backends));
        return before.Select(backend => new FlowFilter(Translated: true, null, backend, Udp, null));
    }

    /// <summary>What was sent to an address or a port before it led anywhere.</summary>
    private static IEnumerable<FlowFilter> Added(RuleChange change)
    {
        foreach (var element in change.Added)
        {
            if (element.Set == RuleNames.HostVips)
                yield return new(Translated: false, IpAddr.Parse(element.Key), null, null, null);
            else if (element.Set is RuleNames.Ports or RuleNames.PortsAt && element.Key.Contains("udp . ", StringComparison.Ordinal))
                yield return new(Translated: false, null, null, Udp, Port(element.Key));
        }
    }

    private static Func<Flow, bool> Leftover(RuleChange change, List<FlowFilter> added, NetworkBook book)
    {
        var backends = change.After.Values.SelectMany(rules => rules.Backends).ToHashSet();
        var vips = added.Select(filter => filter.Destination).OfType<IpAddr>().ToHashSet();
        var ports = added.Select(filter => filter.Port).OfType<ushort>().ToHashSet();
        var blocks = book.Networks.Values.SelectMany(network => network.Subnets).ToList();
        return flow => flow.Translated
            ? flow.Protocol == Udp && !backends.Contains(flow.Answering) && blocks.Exists(block => block.Contains(flow.Answering))
            : vips.Contains(flow.Destination) || (flow.Protocol == Udp && ports.Contains(flow.Port));
    }

    private static ushort Port(string key) =>
        ushort.Parse(key.AsSpan(key.LastIndexOf(' ') + 1), NumberStyles.None, CultureInfo.InvariantCulture);
}
