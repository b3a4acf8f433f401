using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>Events of networks, their names, and the machines' addresses in them.</summary>
internal static class NetworkFold
{
    public static void Apply(ClusterState state, ClusterEvent e, Changes changes)
    {
        switch (e)
        {
            case NetworkCreated created:
                Create(state, created, changes);
                changes.Touch(created.Id);
                break;
            case NetworkRemoved removed:
                Remove(state, state.Networks.Get(removed.Id) ?? throw new FoldException($"network {removed.Id} does not exist"));
                changes.Touch(removed.Id);
                break;
            case NodeNetworkAdded added:
                AddressFold.HoldBridge(state, added.Node, added.Network, added.Address);
                changes.Touch(added.Node, added.Network);
                break;
            case NodeNetworkRemoved removed:
                AddressFold.FreeBridge(state, removed.Node, removed.Network, changes);
                changes.Touch(removed.Node, removed.Network);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Enters a network into the map and the indexes.</summary>
    public static void Put(ClusterState state, Network network, Changes changes)
    {
        state.Networks = state.Networks.With(state.Token, network.Id, network);
        state.NetworksByName = state.NetworksByName.With(state.Token, network.Spec.Name, network.Id);
        OpenBook(state, network);
        if (network.Spec.Ingress != true)
            return;
        state.IngressNetwork = network.Id;
        NetworkUsers.IngressCame(state, network.Id, changes);
    }

    /// <summary>Enters one that is removed, and that tasks are still on.</summary>
    public static void PutLeaving(ClusterState state, Network network)
    {
        state.LeavingNetworks = state.LeavingNetworks.With(state.Token, network.Id, network);
        OpenBook(state, network);
    }

    /// <summary>The last task is off the network: if it was removed, it is gone now.</summary>
    public static void LeftBy(ClusterState state, NetworkId network, Changes changes)
    {
        if (!state.LeavingNetworks.Contains(network))
            return;
        state.LeavingNetworks = state.LeavingNetworks.Without(state.Token, network);
        AddressFold.Drop(state, network);
        changes.Touch(network);
    }

    private static void Create(ClusterState state, NetworkCreated e, Changes changes)
    {
        if (state.Networks.Contains(e.Id) || state.NetworksByName.Contains(e.Spec.Name))
            throw new FoldException($"network {e.Spec.Name} exists twice");
        Put(state, Record(e, state.Revision), changes);
    }

    public static Network Record(NetworkCreated e, ulong version) => new()
    {
        Id = e.Id,
        Spec = e.Spec,
        Subnets = e.Subnets,
        Vni = e.Vni,
        CreatedAt = e.At,
        Version = version,
    };

    /// <summary>Nobody finds it any more. What it has is given to others when the last task is off it.</summary>
    private static void Remove(ClusterState state, Network network)
    {
        state.Networks = state.Networks.Without(state.Token, network.Id);
        state.NetworksByName = state.NetworksByName.Without(state.Token, network.Spec.Name);
        if (state.IngressNetwork == network.Id)
            state.IngressNetwork = default;
        state.NetworkUsers = state.NetworkUsers.Without(state.Token, network.Id);
        if (state.AddressBooks.Get(network.Id).Tasks > 0)
            state.LeavingNetworks = state.LeavingNetworks.With(state.Token, network.Id, network);
        else
            AddressFold.Drop(state, network.Id);
    }

    private static void OpenBook(ClusterState state, Network network) =>
        state.AddressBooks = state.AddressBooks.With(state.Token, network.Id, new AddressBook(state.Token, network));
}
