using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>Keeps the index from networks to the services that are on them, so that a change of one costs what it touches.</summary>
internal static class NetworkUsers
{
    public static void Update(ClusterState state, Service? before, Service? after)
    {
        // The networks are the template's: most changes of a service are its update's progress, which leaves it as it is.
        if (ReferenceEquals(before?.TaskSpec, after?.TaskSpec))
            return;
        var then = before is null ? [] : state.NetworksOf(before);
        var now = after is null ? [] : state.NetworksOf(after);
        foreach (var network in then.Where(network => !now.Contains(network)))
        {
            var users = state.NetworkUsers.Get(network).Without(state.Token, before!.Id);
            state.NetworkUsers = users.Count == 0
                ? state.NetworkUsers.Without(state.Token, network) : state.NetworkUsers.With(state.Token, network, users);
        }
        foreach (var network in now.Where(network => !then.Contains(network)))
            Add(state, network, after!.Id);
    }

    /// <summary>
    /// The ingress network is there: from now on services are on it that publish ports and are older than it. They have no
    /// virtual address there until they are updated, and tasks that run have none either.
    /// </summary>
    public static void IngressCame(ClusterState state, NetworkId ingress, Changes changes)
    {
        foreach (var service in state.Services.Values)
        {
            if (!state.NetworksOf(service).Contains(ingress))
                continue;
            Add(state, ingress, service.Id);
            changes.Touch(service.Id);
        }
    }

    private static void Add(ClusterState state, NetworkId network, ServiceId service)
    {
        var users = state.NetworkUsers.Get(network).With(state.Token, service, true);
        state.NetworkUsers = state.NetworkUsers.With(state.Token, network, users);
    }
}
