using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Manager.Sessions;

/// <summary>
/// Where a service is reached. Networks: those of its spec by id, and behind them those that it left and tasks of
/// it are still on. Carriers: the networks through which what it publishes on every node reaches its tasks; more than one
/// only while an update changes the first network.
/// </summary>
internal sealed record ServiceReach(IReadOnlyList<NetworkId> Networks, IReadOnlyList<NetworkId> Carriers)
{
    public static ServiceReach Of(ClusterState view, Service service)
    {
        var networks = view.NetworksOf(service);
        var publishes = service.TaskSpec.PublishesIngress;
        var first = networks.Count > 0 ? networks[0] : default;
        List<NetworkId> left = [];
        List<NetworkId> carriers = [];
        foreach (var (network, tasks) in view.TaskNetworks.Get(service.Id).Entries)
        {
            if (!networks.Contains(network))
                left.Add(network);
            if (publishes && tasks.First > 0 && network != first)
                carriers.Add(network);
        }
        left.Sort();
        carriers.Sort();
        if (publishes && !first.IsNone)
            carriers.Insert(0, first);
        return new(left.Count == 0 ? networks : [.. networks, .. left], carriers);
    }

    public bool Equals(ServiceReach? other) =>
        other is not null && Networks.SequenceEqual(other.Networks) && Carriers.SequenceEqual(other.Carriers);

    public override int GetHashCode() => HashCode.Combine(Networks.Count, Carriers.Count);
}
