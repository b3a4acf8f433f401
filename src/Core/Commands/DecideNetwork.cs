using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>
/// Decisions about networks. What they hold is read from the records each time: networks are few and rarely made, and an
/// allocator beside the records could only disagree with them.
/// </summary>
internal static class DecideNetwork
{
    public static Decision For(ClusterState state, ClusterCommand command, StepContext step) => command switch
    {
        CreateNetwork c => Create(state, c.Spec, step),
        RemoveNetwork c => Remove(state, c.Network),
        _ => throw new UnreachableException(),
    };

    private static Decision Create(ClusterState state, NetworkSpec spec, StepContext step)
    {
        if (NetworkRules.Check(spec) is { } refusal)
            return Decision.Refuse(refusal.Kind, refusal.Message);
        if (state.NetworksByName.Contains(spec.Name) || Network.Predefined.Contains(spec.Name))
            return Decision.Refuse(RefusalKind.AlreadyExists, $"network with name {spec.Name} already exists");
        var (subnets, conflict) = Allocate(state, spec.IPAM?.Config ?? []);
        if (subnets is null)
            return Decision.Refuse(conflict!.Kind, conflict.Message);
        if (FreeVni(state) is not { } vni)
            return Decision.Refuse(RefusalKind.FailedPrecondition, "there is no number left for another network: remove one");
        var id = new NetworkId(step.NewId());
        var kept = spec with { Unknown = null };
        return Decision.Accept(new Reply(id.ToString()), new NetworkCreated(id, kept, subnets, vni, step.Now));
    }

    private static Decision Remove(ClusterState state, string reference)
    {
        var (network, missing) = Lookup.Network(state, reference);
        if (network is null)
            return Decision.Refuse(missing!.Kind, missing.Message);
        var id = network.Id.ToString();
        var user = state.Services.Values.FirstOrDefault(service => (service.Spec.TaskTemplate?.Networks ?? [])
            .Exists(attachment => attachment.Target == id || attachment.Target == network.Spec.Name));
        return user is null ? Decision.Accept(new NetworkRemoved(network.Id))
            : Decision.Refuse(RefusalKind.FailedPrecondition, $"network {id} is in use by service {user.Id}");
    }

    private static (List<NetworkSubnet>? Subnets, Refusal? Conflict) Allocate(ClusterState state, List<SubnetSpec> wanted)
    {
        var pool = new SubnetPool();
        foreach (var held in state.Networks.Values.SelectMany(network => network.Subnets))
            pool.TryReserve(held.Prefix);
        if (wanted.Count == 0)
        {
            return pool.Take() is { } chosen ? ([new(chosen.ToString(), chosen.At(1).ToString())], null)
                : (null, new(RefusalKind.FailedPrecondition, "the address pool has no subnet left: give one, or remove a network"));
        }
        var subnets = new List<NetworkSubnet>();
        foreach (var spec in wanted)
        {
            var block = IpPrefix.Parse(spec.Subnet!);
            if (pool.TryReserve(block) is { } other)
                return (null, new(RefusalKind.Invalid, $"Pool overlaps with other one on this address space: {block} and {other}"));
            subnets.Add(new(block.ToString(), spec.Gateway is { Length: > 0 } gateway ? gateway : block.At(1).ToString(),
                spec.IPRange is { Length: > 0 } range ? range : null));
        }
        return (subnets, null);
    }

    private static uint? FreeVni(ClusterState state)
    {
        var used = state.Networks.Values.Select(network => network.Vni).ToHashSet();
        for (var vni = Network.FirstVni; vni <= Network.LastVni; vni++)
        {
            if (!used.Contains(vni))
                return vni;
        }
        return null;
    }
}
