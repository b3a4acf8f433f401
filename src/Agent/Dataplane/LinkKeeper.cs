using System.Collections.Frozen;
using Orch.Agent.Netlink;
using Orch.Agent.Networks;

namespace Orch.Agent.Dataplanes;

/// <summary>Looks at links and neighbours, and makes them as wanted. For one thread.</summary>
internal sealed class LinkKeeper(NetlinkSocket socket, DataplaneOptions options)
{
    private const int PlainMtu = 1500;
    private const int MostAtOnce = 32 * 1024;
    private const int NoSuchDevice = 19, NoSuchEntry = 2, NoSuchProcess = 3, NotAvailable = 99;
    private readonly RouteTable _table = new(socket);
    private readonly NetlinkWriter _batch = new();
    private readonly List<Step> _sent = [];
    private HashSet<int> _bridges = [];
    private Dictionary<int, WantedNetwork> _devices = [];

    public LinkReport Keep(NetworkBook book)
    {
        var links = _table.Links();
        var wanted = WantedNetwork.Of(book, options, UnderlayMtu(links));
        var neighbours = wanted.Count == 0 ? [] : _table.Neighbours();
        var standing = new List<string>();
        var plan = new List<Step>();
        foreach (var operation in DataplanePlanner.Leftovers(links, wanted.Values.Select(network => network.Vxlan).ToHashSet()))
            plan.Add(new("", operation));
        foreach (var network in wanted.Values)
        {
            var found = FoundNetwork.Of(network, links, neighbours, Sysctls.RoutesLocal);
            if (found.Bridge is not null)
                standing.Add(network.Id);
            foreach (var operation in DataplanePlanner.Plan(network, found))
                plan.Add(new(network.Id, operation));
        }
        var problems = plan.Count == 0 ? LinkReport.None.Problems : Apply(plan, links);
        if (plan.Exists(step => step.Operation is LinkOperation.Create or LinkOperation.Delete))
            links = _table.Links();
        Remember(links, wanted);
        return new(problems, standing.ToFrozenSet());
    }

    /// <summary>A change of this link can make something of ours wrong.</summary>
    public bool Concerns(Link link) => link.Name.StartsWith(NodeNetwork.BridgePrefix, StringComparison.Ordinal)
        || link.Name.StartsWith(NodeNetwork.VxlanPrefix, StringComparison.Ordinal)
        || (!link.Hairpin && _bridges.Contains(link.Master));

    /// <summary>Somebody removed what is wanted.</summary>
    public bool Misses(Neighbour gone) => _devices.TryGetValue(gone.Link, out var network)
        && (gone.Forwarding ? network.Forwarding.ContainsKey(gone.Mac) : gone.Address is { } at && network.Neighbours.ContainsKey(at));

    /// <summary>Why this kernel cannot make such devices; null when it can.</summary>
    public string? Trial()
    {
        _batch.Clear();
        _batch.CreateVxlan("ox-trial", new(0xFFFFFE, null, DataplaneOptions.VxlanPort, Learning: false, Proxy: true), PlainMtu);
        _batch.DeleteLink("ox-trial");
        var failures = socket.Send(_batch);
        _batch.Clear();
        foreach (var failure in failures)
        {
            if (failure is { Message: 0, Error: not Libc.Exists })
                return $"VXLAN devices (kernel module vxlan): {failure.Reason}";
        }
        return null;
    }

    private void Remember(List<Link> links, Dictionary<string, WantedNetwork> wanted)
    {
        var byDevice = new Dictionary<string, WantedNetwork>(wanted.Count);
        foreach (var network in wanted.Values)
            byDevice[network.Vxlan] = network;
        var bridges = wanted.Values.Select(network => network.Bridge).ToHashSet();
        _bridges = links.Where(link => bridges.Contains(link.Name)).Select(link => link.Index).ToHashSet();
        _devices = [];
        foreach (var link in links)
        {
            if (byDevice.TryGetValue(link.Name, out var network))
                _devices[link.Index] = network;
        }
    }

    private int UnderlayMtu(List<Link> links)
    {
        if (options.NodeAddress is not { IsV6: false } address || _table.Holder(address) is not { } index)
            return PlainMtu;
        // Loopback's is no packet's size on any wire.
        return links.Find(link => link.Index == index) is { Mtu: > Underlay.VxlanOverhead, Name: not "lo" } link ? link.Mtu : PlainMtu;
    }

    private FrozenDictionary<string, string> Apply(List<Step> plan, List<Link> links)
    {
        var problems = new List<(string Network, string Problem)>();
        var indexes = Indexes(links);
        foreach (var step in plan)
            Device(step, indexes, problems);
        Flush(problems);
        if (plan.Exists(step => step.Operation is LinkOperation.Create))
            indexes = Indexes(_table.Links());
        foreach (var step in plan)
            Entry(step, indexes, problems);
        Flush(problems);
        return problems.GroupBy(one => one.Network).ToFrozenDictionary(
            network => network.Key, network => string.Join("; ", network.Select(one => one.Problem).Distinct().Take(5)));
    }

    private void Device(Step step, Dictionary<string, int> indexes, List<(string Network, string Problem)> problems)
    {
        switch (step.Operation)
        {
            case LinkOperation.Delete delete:
                _batch.DeleteLink(delete.Device);
                break;
            case LinkOperation.Create create:
                _batch.CreateVxlan(create.Device, create.Facts, create.Mtu);
                break;
            case LinkOperation.Attach attach when indexes.TryGetValue(attach.Bridge, out var bridge):
                _batch.Configure(attach.Device, attach.Alias, bridge, attach.Mtu);
                break;
            case LinkOperation.SetMac set:
                _batch.SetMac(set.Device, set.Mac);
                break;
            case LinkOperation.RouteLocal route:
                if (!Sysctls.SetRouteLocal(route.Device, true))
                    problems.Add((step.Network, $"{route.Device}: route_localnet cannot be set"));
                return;
            default:
                return;
        }
        Queued(step, problems);
    }

    private void Entry(Step step, Dictionary<string, int> indexes, List<(string Network, string Problem)> problems)
    {
        if (!indexes.TryGetValue(step.Operation.Device, out var index))
            return;
        var before = _batch.Count;
        switch (step.Operation)
        {
            case LinkOperation.Hairpin:
                _batch.SetPort(index, Route.PortHairpin, true);
                break;
            case LinkOperation.StopLearning:
                _batch.SetPort(index, Route.PortLearning, false);
                break;
            case LinkOperation.PutNeighbour put:
                _batch.PutNeighbour(index, put.Address, put.Mac);
                break;
            case LinkOperation.DropNeighbour drop:
                _batch.DropNeighbour(index, drop.Address);
                break;
            case LinkOperation.PutForwarding put:
                _batch.PutForwarding(index, put.Mac, put.Node);
                break;
            case LinkOperation.DropForwarding drop:
                _batch.DropForwarding(index, drop.Mac);
                break;
        }
        for (; before < _batch.Count; before++)
            Queued(step, problems);
    }

    private void Queued(Step step, List<(string Network, string Problem)> problems)
    {
        _sent.Add(step);
        if (_batch.Length > MostAtOnce && _sent.Count == _batch.Count)
            Flush(problems);
    }

    /// <summary>What went away meanwhile needs no change, and its event makes us look again.</summary>
    private void Flush(List<(string Network, string Problem)> problems)
    {
        foreach (var failure in socket.Send(_batch))
        {
            var step = _sent[failure.Message];
            if (failure.Error is not (NoSuchDevice or NoSuchEntry or NoSuchProcess or NotAvailable))
                problems.Add((step.Network, $"{step.Operation}: {failure.Reason}"));
        }
        _batch.Clear();
        _sent.Clear();
    }

    /// <summary>One that was renamed while they were listed may be there twice.</summary>
    internal static Dictionary<string, int> Indexes(IEnumerable<Link> links)
    {
        var indexes = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var link in links)
            indexes[link.Name] = link.Index;
        return indexes;
    }

    /// <summary>An operation, and the network that needs it; none needs it where something of ours is left over.</summary>
    private readonly record struct Step(string Network, LinkOperation Operation);
}
