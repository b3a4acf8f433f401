using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>Events of networks, and their names.</summary>
internal static class NetworkFold
{
    public static void Apply(ClusterState state, ClusterEvent e, Changes changes)
    {
        switch (e)
        {
            case NetworkCreated created:
                if (state.Networks.Contains(created.Id) || state.NetworksByName.Contains(created.Spec.Name))
                    throw new FoldException($"network {created.Spec.Name} exists twice");
                Put(state, new()
                {
                    Id = created.Id,
                    Spec = created.Spec,
                    Subnets = created.Subnets,
                    Vni = created.Vni,
                    CreatedAt = created.At,
                    Version = state.Revision,
                });
                changes.Touch(created.Id);
                break;
            case NetworkRemoved removed:
                var gone = state.Networks.Get(removed.Id) ?? throw new FoldException($"network {removed.Id} does not exist");
                state.Networks = state.Networks.Without(state.Token, gone.Id);
                state.NetworksByName = state.NetworksByName.Without(state.Token, gone.Spec.Name);
                changes.Touch(gone.Id);
                break;
            default:
                throw new UnreachableException();
        }
    }

    /// <summary>Enters a network into the map and the index.</summary>
    public static void Put(ClusterState state, Network network)
    {
        state.Networks = state.Networks.With(state.Token, network.Id, network);
        state.NetworksByName = state.NetworksByName.With(state.Token, network.Spec.Name, network.Id);
    }
}
