using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>
/// Keeps what networks give away in step with those who have it: tasks as long as they are on a node and not ended,
/// services as long as they have the virtual address, machines as long as they and the network exist and it has enough.
/// </summary>
internal static class AddressFold
{
    public static void Hold(ClusterState state, TaskRecord task)
    {
        TaskNetworks.Count(state, task, +1);
        foreach (var (network, address) in task.Addresses)
            Put(state, network, Book(state, network, task.Name).With(state.Token, address, isTasks: true));
    }

    public static void Free(ClusterState state, TaskRecord task, Changes changes)
    {
        TaskNetworks.Count(state, task, -1);
        foreach (var (network, address) in task.Addresses)
        {
            var book = Book(state, network, task.Name).Without(state.Token, address, isTasks: true);
            Put(state, network, book);
            changes.Freed(network);
            if (book.Tasks == 0)
                NetworkFold.LeftBy(state, network, changes);
        }
    }

    /// <summary>From what a service had to what it has. What stays is not touched.</summary>
    public static void Move(ClusterState state, Service? before, Service? after, Changes changes)
    {
        if (ReferenceEquals(before?.VirtualIps, after?.VirtualIps))
            return;
        var (then, now) = (before?.VirtualIps ?? [], after?.VirtualIps ?? []);
        foreach (var vip in then.Where(vip => !now.Contains(vip)))
        {
            // A network that was removed took its addresses with it.
            if (!state.AddressBooks.TryGet(vip.Network, out var book))
                continue;
            Put(state, vip.Network, book.Without(state.Token, vip.Address, isTasks: false));
            changes.Freed(vip.Network);
        }
        foreach (var vip in now.Where(vip => !then.Contains(vip)))
            Put(state, vip.Network, Book(state, vip.Network, after!.Spec.Name).With(state.Token, vip.Address, isTasks: false));
    }

    public static void HoldBridge(ClusterState state, NodeId node, NetworkId network, string address)
    {
        Put(state, network, Book(state, network, node.ToString()).With(state.Token, address, isTasks: false));
        var ofNode = state.NodeNetworks.Get(node);
        if (ofNode.Contains(network))
            throw new FoldException($"node {node} has a second address in network {network}");
        state.NodeNetworks = state.NodeNetworks.With(state.Token, node, ofNode.With(state.Token, network, address));
        var nodes = state.NetworkNodes.Get(network);
        state.NetworkNodes = state.NetworkNodes.With(state.Token, network, nodes.With(state.Token, node, true));
    }

    public static void FreeBridges(ClusterState state, NodeId node, Changes changes)
    {
        foreach (var network in state.NodeNetworks.Get(node).Keys.ToList())
        {
            FreeBridge(state, node, network, changes);
            changes.Touch(node, network);
        }
    }

    public static void FreeBridge(ClusterState state, NodeId node, NetworkId network, Changes changes)
    {
        if (!state.NodeNetworks.Get(node).TryGet(network, out var address))
            throw new FoldException($"node {node} gives back an address in network {network} and has none");
        Put(state, network, Book(state, network, node.ToString()).Without(state.Token, address, isTasks: false));
        changes.Freed(network);
        var nodes = state.NetworkNodes.Get(network).Without(state.Token, node);
        state.NetworkNodes = nodes.Count == 0
            ? state.NetworkNodes.Without(state.Token, network) : state.NetworkNodes.With(state.Token, network, nodes);
        Forget(state, node, network);
    }

    /// <summary>The network is gone: nobody has anything of it any more.</summary>
    public static void Drop(ClusterState state, NetworkId network)
    {
        foreach (var node in state.NetworkNodes.Get(network).Keys)
            Forget(state, node, network);
        state.NetworkNodes = state.NetworkNodes.Without(state.Token, network);
        state.AddressBooks = state.AddressBooks.Without(state.Token, network);
    }

    private static void Forget(ClusterState state, NodeId node, NetworkId network)
    {
        var ofNode = state.NodeNetworks.Get(node).Without(state.Token, network);
        state.NodeNetworks = ofNode.Count == 0
            ? state.NodeNetworks.Without(state.Token, node) : state.NodeNetworks.With(state.Token, node, ofNode);
    }

    private static AddressBook Book(ClusterState state, NetworkId network, string user) =>
        state.AddressBooks.TryGet(network, out var book)
            ? book : throw new FoldException($"{user} has an address in network {network}, which is not known");

    private static void Put(ClusterState state, NetworkId network, AddressBook book) =>
        state.AddressBooks = state.AddressBooks.With(state.Token, network, book);
}
