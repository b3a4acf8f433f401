using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>
/// Checks the published ports of a spec against the cluster. An ingress port is unique in the cluster and leaves no room for
/// a host-mode one of the same number, nor the other way round; which node has a host-mode port free is the scheduler's
/// business.
/// </summary>
internal static class PublishedPorts
{
    private const ushort FirstDynamic = 30000;
    private const ushort LastDynamic = 32767;

    public readonly record struct Choice(List<PortConfig> Ports, Refusal? Refusal);

    public static Choice Choose(ClusterState state, ServiceSpec spec, Service? current)
    {
        var wanted = spec.EndpointSpec?.Ports ?? [];
        var chosen = new List<PortConfig>(wanted.Count);

        // Those that are given come first: none of them may be chosen for one that is left open.
        var own = new HashSet<PortKey>();
        foreach (var port in wanted.Where(port => port.PublishedPort > 0))
        {
            if (Taken(state, port, own, current) is { } refusal)
                return new([], refusal);
            own.Add(PortKey.Of(port));
        }
        foreach (var port in wanted)
        {
            if (port.PublishedPort > 0 || !port.IsIngress)
            {
                chosen.Add(port);
                continue;
            }
            if (NextDynamic(state, port, own, current) is not { } free)
                return new([], new(RefusalKind.FailedPrecondition, "no ingress port is free in 30000-32767"));
            own.Add(free);
            chosen.Add(port with { PublishedPort = free.Port });
        }
        return new(chosen, null);
    }

    private static Refusal? Taken(ClusterState state, PortConfig port, HashSet<PortKey> own, Service? current)
    {
        var key = PortKey.Of(port);
        if (own.Contains(key))
            return new(RefusalKind.Invalid, $"EndpointSpec: duplicate published ports provided: {key}");
        if (state.IngressPorts.TryGet(key, out var holder) && holder != current?.Id)
            return InUse(state, key, holder, "an ingress port");
        if (port.IsIngress && OtherHost(state, key, current) is { } other)
            return InUse(state, key, other, "a host-published port");
        return null;
    }

    private static Refusal InUse(ClusterState state, PortKey key, ServiceId by, string how) => new(
        RefusalKind.Invalid, $"port '{key.Port}' is already in use by service '{state.Services.Get(by)?.Spec.Name}' ({by}) as {how}");

    private static ServiceId? OtherHost(ClusterState state, PortKey key, Service? current)
    {
        foreach (var holder in state.HostPorts.Get(key).Keys)
        {
            if (holder != current?.Id)
                return holder;
        }
        return null;
    }

    /// <summary>Keeps the number that the service already has for the same target, else the lowest free one.</summary>
    private static PortKey? NextDynamic(ClusterState state, PortConfig wanted, HashSet<PortKey> own, Service? current)
    {
        var protocol = PortKey.Of(wanted).Protocol;
        foreach (var held in current?.Ports ?? [])
        {
            var key = PortKey.Of(held);
            if (held.TargetPort == wanted.TargetPort && held.IsIngress && key.Protocol == protocol
                && key.Port is >= FirstDynamic and <= LastDynamic && !own.Contains(key))
                return key;
        }
        for (var number = FirstDynamic; number <= LastDynamic; number++)
        {
            var key = new PortKey(protocol, number);
            if (!state.IngressPorts.Contains(key) && !own.Contains(key) && OtherHost(state, key, current) is null)
                return key;
        }
        return null;
    }
}
