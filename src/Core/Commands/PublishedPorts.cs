using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>
/// Checks the published ports of a spec against the cluster. Ingress ports are unique in the cluster; host-mode ports are
/// the scheduler's business, except where an ingress port already holds the number on every node.
/// </summary>
internal static class PublishedPorts
{
    private const uint FirstDynamic = 30000;
    private const uint LastDynamic = 32767;

    public readonly record struct Choice(List<PortConfig> Ports, Refusal? Refusal);

    public static Choice Choose(ClusterState state, ServiceSpec spec, Service? current)
    {
        var chosen = new List<PortConfig>();
        var own = new HashSet<PortKey>();
        foreach (var port in spec.EndpointSpec?.Ports ?? [])
        {
            var protocol = PortKey.Of(port).Protocol;
            var isHost = port.PublishMode == "host";
            if (port.PublishedPort is not > 0)
            {
                if (!isHost && NextDynamic(state, port, own, current) is not { } free)
                    return new([], new(RefusalKind.FailedPrecondition, "no ingress port is free in 30000-32767"));
                else
                    chosen.Add(isHost ? port : port with { PublishedPort = NextDynamic(state, port, own, current) });
            }
            else
            {
                chosen.Add(port);
            }
            if (Taken(state, chosen[^1], protocol, own, current) is { } refusal)
                return new([], refusal);
            if (chosen[^1].PublishedPort is { } number and > 0)
                own.Add(new(protocol, number));
        }
        return new(chosen, null);
    }

    private static Refusal? Taken(
        ClusterState state, PortConfig port, string protocol, HashSet<PortKey> own, Service? current)
    {
        if (port.PublishedPort is not ({ } number and > 0))
            return null;
        var key = new PortKey(protocol, number);
        if (own.Contains(key))
            return new(RefusalKind.Invalid, $"EndpointSpec: duplicate published ports provided: {number}/{protocol}");
        if (state.IngressPorts.TryGet(key, out var holder) && holder != current?.Id)
        {
            var name = state.Services.Get(holder)?.Spec.Name;
            return new(RefusalKind.Invalid, $"port '{number}' is already in use by service '{name}' ({holder}) as an ingress port");
        }
        return null;
    }

    /// <summary>Keeps the number that the service already has for the same target, else the lowest free one.</summary>
    private static uint? NextDynamic(ClusterState state, PortConfig wanted, HashSet<PortKey> own, Service? current)
    {
        var protocol = PortKey.Of(wanted).Protocol;
        foreach (var held in current?.Ports ?? [])
        {
            var key = PortKey.Of(held);
            if (held.TargetPort == wanted.TargetPort && held.PublishMode != "host" && key.Protocol == protocol && key.Port is >= FirstDynamic and <= LastDynamic
                && !own.Contains(key))
                return key.Port;
        }
        for (var number = FirstDynamic; number <= LastDynamic; number++)
        {
            var key = new PortKey(protocol, number);
            if (!state.IngressPorts.Contains(key) && !own.Contains(key))
                return number;
        }
        return null;
    }
}
