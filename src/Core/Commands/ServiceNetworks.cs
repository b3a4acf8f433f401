using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>
/// Turns the networks that a spec names into those of the cluster, by id: a name may mean another network later. Those that
/// every machine has by itself (host, none, bridge) stay as they are.
/// </summary>
public static class ServiceNetworks
{
    public static (ServiceSpec Spec, Refusal? Refusal) Resolve(ClusterState state, ServiceSpec spec)
    {
        var wanted = spec.TaskTemplate?.Networks is { Count: > 0 } own ? own : spec.Networks;
        if (wanted is not { Count: > 0 })
            return (spec, null);
        var found = new List<NetworkAttachment>(wanted.Count);
        foreach (var attachment in wanted)
        {
            var (target, refusal) = Target(state, attachment.Target ?? "");
            if (refusal is not null)
                return (spec, refusal);
            if (found.Exists(other => other.Target == target))
                return (spec, new(RefusalKind.Invalid, $"service is already attached to network {attachment.Target}"));
            found.Add(attachment with { Target = target });
        }
        var resolved = spec with { TaskTemplate = (spec.TaskTemplate ?? new()) with { Networks = found }, Networks = null };
        return (resolved, CheckTogether(spec, found));
    }

    /// <summary>What can be said of a spec's networks by their names alone, before the cluster is asked; null if nothing is wrong.</summary>
    public static Refusal? Check(ServiceSpec spec)
    {
        var wanted = spec.TaskTemplate?.Networks is { Count: > 0 } own ? own : spec.Networks ?? [];
        return wanted.GroupBy(network => network.Target).FirstOrDefault(same => same.Count() > 1)?.Key is { } twice
            ? new(RefusalKind.Invalid, $"service is already attached to network {twice}") : CheckTogether(spec, wanted);
    }

    private static (string Target, Refusal? Refusal) Target(ClusterState state, string reference)
    {
        if (Network.Predefined.Contains(reference))
            return (reference, null);
        var (network, missing) = Lookup.Network(state, reference);
        if (network is null)
            return ("", missing);
        return network.Spec.Ingress == true
            ? ("", new(RefusalKind.Invalid, $"Service cannot be explicitly attached to the ingress network \"{network.Spec.Name}\""))
            : (network.Id.ToString(), null);
    }

    /// <summary>A container has the machine's network, or none, or others; a port of every node needs one that leads to it.</summary>
    private static Refusal? CheckTogether(ServiceSpec spec, List<NetworkAttachment> networks)
    {
        if (networks.Find(network => network.Target is "host" or "none")?.Target is not { } alone)
            return null;
        if (networks.Count > 1)
            return new(RefusalKind.Invalid, $"network {alone} cannot be combined with other networks");
        return spec.EndpointSpec?.Ports?.Exists(port => port.IsIngress) == true
            ? new(RefusalKind.Invalid, $"EndpointSpec: port published with ingress mode can't be used with network {alone}: "
                + "use mode=host, or leave the network out") : null;
    }
}
