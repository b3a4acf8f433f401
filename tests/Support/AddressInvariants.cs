using Orch.Core.Model;
using Orch.Core.Networking;
using Orch.Core.State;

namespace Orch.Tests.Support;

/// <summary>What must hold of the addresses in networks at any moment: counted from those who have them, not from the books.</summary>
public static class AddressInvariants
{
    /// <summary>The first thing that is wrong, or null.</summary>
    public static string? Broken(ClusterState state)
    {
        var holders = new Dictionary<(NetworkId, string), string>();
        foreach (var (network, address, holder) in Holders(state))
        {
            if (!holders.TryAdd((network, address), holder))
                return $"{address} of network {network} belongs to {holders[(network, address)]} and to {holder}";
            if (state.NetworkOf(network) is not { } record)
                return $"{holder} has {address} in network {network}, which is gone";
            if (Misplaced(record, IpAddr.Parse(address)))
                return $"{holder} has {address}, which network {record.Spec.Name} ({record.Subnets[0]}) must not give";
        }
        foreach (var (network, book) in state.AddressBooks.Entries)
        {
            var used = holders.Keys.Count(held => held.Item1 == network);
            if (book.Used != used || state.NetworkOf(network) is null)
                return $"the book of {network} counts {book.Used}, and {used} have an address";
        }
        return BrokenUsers(state, state.NetworkUsers)
            ?? BrokenIndex(state)
            ?? state.Services.Values.Select(service => Broken(state, service)).FirstOrDefault(broken => broken is not null)
            ?? state.Tasks.Values.Select(task => Broken(state, task)).FirstOrDefault(broken => broken is not null);
    }

    /// <summary>What must hold when nothing is left to plan.</summary>
    public static string? BrokenAtRest(ClusterState state)
    {
        foreach (var service in state.Services.Values.Where(service => service.TaskSpec.PublishesIngress))
        {
            var carrier = state.NetworksOf(service)[0];
            var missing = state.Nodes.Keys.FirstOrDefault(node => !state.NodeNetworks.Get(node).Contains(carrier));
            if (!missing.IsNone && state.AddressBooks.Get(carrier).Free > 0 && !WaitIn(state, carrier))
                return $"{service.Spec.Name} publishes a port and node {missing} is not on its network";
        }
        foreach (var task in state.Tasks.Values.Where(task => task.IsAlive && task.NodeId.IsNone))
        {
            if (task.Status.Error?.StartsWith("no address left", StringComparison.Ordinal) == true
                && state.NetworksOf(task.Spec).All(network => state.AddressBooks.Get(network).Free > 1))
                return $"{task.Name} waits for an address and there are some: {task.Status.Error}";
        }
        return BrokenIdle(state) ?? BrokenOnceLoaded(state);
    }

    private static bool WaitIn(ClusterState state, NetworkId network) => state.Tasks.Values.Any(task => task is { IsAlive: true, NodeId.IsNone: true }
        && task.Status.Error?.StartsWith($"no address left in network {state.Networks.Get(network)!.Spec.Name} ", StringComparison.Ordinal) == true);

    /// <summary>A network that is short of addresses, and a node that keeps one for nothing.</summary>
    private static string? BrokenIdle(ClusterState state)
    {
        var carriers = state.Services.Values.Where(service => service.TaskSpec.PublishesIngress)
            .SelectMany(service => state.TaskNetworks.Get(service.Id).Keys.Append(state.NetworksOf(service)[0])).ToHashSet();
        foreach (var network in state.Networks.Keys.Where(id => state.AddressBooks.Get(id).Free < 2 && !carriers.Contains(id)))
        {
            var idle = state.NetworkNodes.Get(network).Keys.FirstOrDefault(node => !state.TasksOn(node).Any(
                task => task.NeedsNetworks && task.Addresses.Any(at => at.Network == network)));
            if (!idle.IsNone)
                return $"network {network} has no address left and node {idle} has one for nothing";
        }
        return null;
    }

    /// <summary>What was kept up event by event is what the records say, and what they give when they are loaded.</summary>
    private static string? BrokenUsers(ClusterState state, CowMap<NetworkId, CowMap<ServiceId, bool>> index)
    {
        var users = state.Services.Values.SelectMany(service => state.NetworksOf(service).Select(network => (network, service.Id)));
        var broken = users.ToHashSet();
        broken.SymmetricExceptWith(Pairs(index));
        return broken.Count == 0 ? null : $"service {broken.First().Id} is on network {broken.First().network}, or in its index, and not both";
    }

    private static string? BrokenOnceLoaded(ClusterState state)
    {
        var loaded = SnapshotCodec.Read(SnapshotCodec.Write(state));
        if (BrokenUsers(state, loaded.NetworkUsers) is { } broken)
            return $"after a snapshot, {broken}";
        if (!Pairs(state.NetworkNodes).ToHashSet().SetEquals(Pairs(loaded.NetworkNodes)) || state.IngressNetwork != loaded.IngressNetwork)
            return "a snapshot gives other nodes of networks, or another ingress network";
        return state.AddressBooks.Count == loaded.AddressBooks.Count
            && state.AddressBooks.Entries.All(entry => loaded.AddressBooks.TryGet(entry.Key, out var book)
                && (book.Used, book.Tasks) == (entry.Value.Used, entry.Value.Tasks)) ? null : "a snapshot gives other books of addresses";
    }

    private static IEnumerable<(TOuter, TInner)> Pairs<TOuter, TInner>(CowMap<TOuter, CowMap<TInner, bool>> index)
        where TOuter : notnull, IEquatable<TOuter> where TInner : notnull, IEquatable<TInner> =>
        index.Entries.SelectMany(entry => entry.Value.Keys.Select(inner => (entry.Key, inner)));

    /// <summary>A service that is older than the ingress network gets its virtual address there with its next update.</summary>
    private static bool IsOlderThanIngress(ClusterState state, Service service) =>
        service.VirtualIps.Count == 0 && service.TaskSpec.Networks.Length == 0
        && state.Networks.Get(state.IngressNetwork) is { } ingress && service.Version < ingress.Version;

    private static string? BrokenIndex(ClusterState state)
    {
        var counted = state.Tasks.Values.Where(task => task.HoldsResources)
            .SelectMany(task => task.Addresses.Select((at, place) => (Key: (task.ServiceId, at.Network), IsFirst: place == 0)))
            .GroupBy(at => at.Key, (key, all) => (key, new TasksOnNetwork(all.Count(), all.Count(at => at.IsFirst)))).ToDictionary();
        var kept = state.TaskNetworks.Entries.SelectMany(of => of.Value.Entries.Select(on => ((of.Key, on.Key), on.Value))).ToDictionary();
        if (counted.Count != kept.Count || counted.Any(pair => kept.GetValueOrDefault(pair.Key) != pair.Value))
            return $"tasks are on {string.Join(' ', counted)} and the index says {string.Join(' ', kept)}";
        return state.NetworkTasks.Entries.Sum(on => on.Value.Count) == kept.Count
            && kept.Keys.All(pair => state.NetworkTasks.Get(pair.Item2).Contains(pair.Item1)) ? null
            : "the index from networks to the services of tasks is not that from services to networks";
    }

    private static string? Broken(ClusterState state, Service service)
    {
        var networks = state.NetworksOf(service);
        IEnumerable<NetworkId> wanted = service.Spec.EndpointSpec?.Mode == "dnsrr" ? [] : networks;
        if (IsOlderThanIngress(state, service))
            return null;
        return wanted.SequenceEqual(service.VirtualIps.Select(vip => vip.Network)) ? null
            : $"{service.Spec.Name} is on {string.Join(' ', networks)} with {string.Join(' ', service.VirtualIps)}";
    }

    private static string? Broken(ClusterState state, TaskRecord task)
    {
        if (!task.HoldsResources || task.Addresses.Count == 0)
            return null;
        foreach (var (network, _) in task.Addresses)
        {
            if (state.Nodes.Contains(task.NodeId) && !state.NodeNetworks.Get(task.NodeId).Contains(network))
                return $"{task.Name} is on network {network} and its node {task.NodeId} is not";
        }
        var known = task.Addresses.All(at => state.Networks.Contains(at.Network));
        return !known || task.Addresses.Select(at => at.Network).SequenceEqual(state.NetworksOf(task.Spec)) ? null
            : $"{task.Name} has {string.Join(' ', task.Addresses)} and not an address in each of its networks in their order";
    }

    private static bool Misplaced(Network network, IpAddr address)
    {
        var (block, gateway) = (network.Subnets[0].Prefix, network.Subnets[0].Gateway);
        return !block.Contains(address) || address == block.Base || address == block.Last || address.ToString() == gateway
            || NetworkLayout.EngineRange(block)?.Contains(address) == true
            || IpPrefix.TryParse(network.Subnets[0].Range, out var range) && !range.Contains(address);
    }

    private static IEnumerable<(NetworkId Network, string Address, string Holder)> Holders(ClusterState state)
    {
        foreach (var task in state.Tasks.Values.Where(task => task.HoldsResources))
        {
            foreach (var (network, address) in task.Addresses)
                yield return (network, address, task.Name);
        }
        foreach (var service in state.Services.Values)
        {
            foreach (var (network, address) in service.VirtualIps)
                yield return (network, address, $"service {service.Spec.Name}");
        }
        foreach (var (node, networks) in state.NodeNetworks.Entries)
        {
            foreach (var (network, address) in networks.Entries)
                yield return (network, address, $"node {node}");
        }
    }
}
