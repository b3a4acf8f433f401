using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>
/// Chooses the virtual addresses of a service: one in each of its networks, kept while it is on the network. The network
/// that carries ports of services without one of their own is made when the first of them needs it.
/// </summary>
internal static class VirtualIps
{
    /// <summary>Ingress: the network to create before the service is.</summary>
    public readonly record struct Choice(IReadOnlyList<ServiceVip> Vips, NetworkCreated? Ingress = null, Refusal? Refusal = null)
    {
        public IReadOnlyList<ClusterEvent> Before => Ingress is null ? [] : [Ingress];
    }

    public static Choice Choose(ClusterState state, ServiceSpec spec, Service? current, StepContext step)
    {
        var networks = OwnNetworks(spec);
        NetworkCreated? ingress = null;
        if (networks.Count == 0 && spec.EndpointSpec?.Ports?.Exists(port => port.IsIngress) == true)
        {
            if (state.IngressNetwork.IsNone)
            {
                var (created, refusal) = IngressNetwork.Create(state, state.Cluster?.Settings ?? new(), step);
                if (created is null)
                    return new([], null, refusal);
                ingress = created;
            }
            networks = [ingress?.Id ?? state.IngressNetwork];
        }
        if (spec.EndpointSpec?.Mode == "dnsrr")
            return new([], ingress);
        var vips = new List<ServiceVip>(networks.Count);
        foreach (var id in networks)
        {
            if (current?.VirtualIps.FirstOrDefault(vip => vip.Network == id) is { } kept)
            {
                vips.Add(kept);
                continue;
            }
            var network = ingress is null ? state.Networks.Get(id)! : NetworkFold.Record(ingress, 0);
            var book = ingress is null ? state.AddressBooks.Get(id) : new(new EditToken(), network);
            if (book.Next is not { } address)
                return new([], ingress, new(RefusalKind.FailedPrecondition, AddressShortage.Of(network, book)));
            vips.Add(new(id, address));
        }
        return new(vips, ingress);
    }

    private static List<NetworkId> OwnNetworks(ServiceSpec spec)
    {
        var ids = new List<NetworkId>();
        foreach (var attachment in spec.TaskTemplate?.Networks ?? [])
        {
            if (Ids.TryParse<NetworkId>(attachment.Target, out var id))
                ids.Add(id);
        }
        return [.. NetworkOrder.Sorted(ids)];
    }
}
