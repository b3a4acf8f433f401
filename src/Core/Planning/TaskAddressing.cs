using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Core.Planning;

/// <summary>
/// Gives a task its addresses when it is placed: one in each of its networks, and one to its node where that is new to a
/// network. All of them or none, in the batch that assigns the task.
/// </summary>
internal static class TaskAddressing
{
    /// <summary>
    /// For how many tasks there are addresses, as far as their nodes have theirs, and the network that has the fewest; one
    /// that is gone has none. Without networks there is no end.
    /// </summary>
    public static (int Tasks, NetworkId Scarcest) Room(Workspace work, TaskSpec spec)
    {
        var (room, scarcest) = ((uint)int.MaxValue, default(NetworkId));
        foreach (var network in work.State.NetworksOf(spec))
        {
            var free = work.State.Networks.Contains(network) ? work.State.AddressBooks.Get(network).Free : 0;
            if (free < room)
                (room, scarcest) = (free, network);
        }
        return ((int)room, scarcest);
    }

    /// <summary>Null and the dry network when one has too few.</summary>
    public static IReadOnlyList<TaskAddress>? Take(Workspace work, TaskSpec spec, NodeId node, out NetworkId dry)
    {
        dry = default;
        var networks = work.State.NetworksOf(spec);
        if (networks.Count == 0)
            return [];
        foreach (var network in networks)
        {
            var needed = HasNode(work.State, node, network) ? 1u : 2u;
            if (work.State.Networks.Contains(network) && work.State.AddressBooks.Get(network).Free >= needed)
                continue;
            dry = network;
            return null;
        }
        var addresses = new TaskAddress[networks.Count];
        for (var i = 0; i < addresses.Length; i++)
        {
            AddNode(work, node, networks[i]);
            addresses[i] = new(networks[i], work.State.AddressBooks.Get(networks[i]).Next!);
        }
        return addresses;
    }

    /// <summary>Why tasks wait for an address in this network.</summary>
    public static string Explain(ClusterState state, NetworkId id) => state.Networks.TryGet(id, out var network)
        ? AddressShortage.Of(network, state.AddressBooks.Get(id)) : $"network {id} not found";

    /// <summary>The node's own address in the network, where it has none yet; false: the network has none left.</summary>
    public static bool AddNode(Workspace work, NodeId node, NetworkId network)
    {
        if (HasNode(work.State, node, network))
            return true;
        if (work.State.AddressBooks.Get(network).Next is not { } address)
            return false;
        work.Emit(new NodeNetworkAdded(node, network, address, work.Now));
        return true;
    }

    public static bool HasNode(ClusterState state, NodeId node, NetworkId network) =>
        state.NodeNetworks.TryGet(node, out var networks) && networks.Contains(network);
}
