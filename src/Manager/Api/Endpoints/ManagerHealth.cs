using Orch.Contracts.Api;
using Orch.Core.Leading;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Manager.Api.Views;

namespace Orch.Manager.Api.Endpoints;

/// <summary>How the managers do, for the status: who leads, how far the others have read, what losing one would mean.</summary>
internal static class ManagerHealth
{
    public static List<ManagerHealthView> Of(ClusterState state, ApiServices api, bool shared)
    {
        var leader = api.Leader();
        var knows = leader == api.Self;
        var managers = state.Nodes.Values.Where(node => node.Spec.Role == NodeRole.Manager)
            .OrderBy(node => node.Description.Hostname, StringComparer.Ordinal).ThenBy(node => node.Id).ToList();
        var standbys = managers.Count(node => node.Id != leader && (!knows || api.Managers(node.Id) is not null));
        return [.. managers.Select(node => Of(node, node.Id == leader, knows, api.Managers(node.Id)))];

        ManagerHealthView Of(Node node, bool leads, bool known, ManagerSighting? sighting) => new()
        {
            ID = $"{node.Id}",
            Hostname = node.Description.Hostname,
            Addr = NodeViews.AddressOf(node, api.Port),
            Leader = leads,
            Reachability = leads || sighting is not null ? "reachable" : known ? "unreachable" : "unknown",
            Behind = leads ? 0 : sighting is null ? null : state.Revision - Math.Min(state.Revision, sighting.Applied),
            Problem = leads || !known ? null
                : sighting is null ? "it is not heard: it does not run, or cannot reach the leader" : sighting.Trouble,
            IfLost = ManagerLoss.Words(leads, !known || sighting is not null, standbys, shared),
        };
    }
}
