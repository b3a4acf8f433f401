using System.Collections.Immutable;
using Orch.Agent.Networks;
using Orch.Core.Networking;

namespace Orch.Agent.Dataplanes;

/// <summary>Says a service in chains and elements. Only serving tasks are backends; a service without any refuses.</summary>
internal sealed class ServiceRendering(NetworkBook book, string nodeId)
{
    private readonly ImmutableArray<RuleChain>.Builder _chains = ImmutableArray.CreateBuilder<RuleChain>();
    private readonly ImmutableArray<RuleElement>.Builder _elements = ImmutableArray.CreateBuilder<RuleElement>();

    private readonly HashSet<IpAddr> _backends = [];

    /// <summary>Holds: whether this machine could take the port; one that it could not is left to who has it.</summary>
    public ServiceRules Render(string serviceId, Func<PortClaim, bool> holds)
    {
        if (!book.Services.TryGetValue(serviceId, out var service))
            return ServiceRules.None;
        var local = new SortedSet<IpAddr>();
        foreach (var attached in service.Networks)
        {
            if (attached.Vip is { IsV6: false } vip && book.Networks.TryGetValue(attached.NetworkId, out var network))
                Vip(service, network, vip, local);
        }
        Ports(service, holds, local);
        foreach (var address in local)
            _elements.Add(new(RuleNames.Self, $"{address} . {address}"));
        var rules = new ServiceRules(_chains.DrainToImmutable(), _elements.DrainToImmutable()) { Backends = [.. _backends] };
        _backends.Clear();
        return rules;
    }

    private void Vip(ServiceEntry service, NodeNetwork network, IpAddr vip, SortedSet<IpAddr> local)
    {
        var backends = Backends(service, network.Id, local);
        var key = $"\"{network.BridgeName}\" . {vip}";
        if (backends.Count == 0)
        {
            _elements.Add(new(RuleNames.EmptyVips, key));
            _elements.Add(new(RuleNames.EmptyHostVips, vip.ToString()));
            return;
        }
        var chain = $"s_{Word(service.Id)}_v{network.Vni}";
        _chains.Add(new(chain, Balance.ToAddress(backends, service.Affinity)));
        _elements.Add(new(RuleNames.Vips, key, $"goto {chain}"));
        _elements.Add(new(RuleNames.HostVips, vip.ToString(), $"goto {chain}"));
    }

    private void Ports(ServiceEntry service, Func<PortClaim, bool> holds, SortedSet<IpAddr> local)
    {
        var claims = PortClaim.Of(service).Where(holds).ToList();
        if (claims.Count == 0)
            return;
        var carrier = book.Networks.GetValueOrDefault(service.Networks[0].NetworkId);
        var here = new SortedSet<IpAddr>();
        var backends = new List<Backend>();
        var keeps = true;
        foreach (var task in book.TasksOf(service.Id))
        {
            if (Reached(task, carrier) is not { } through || !AddBackend(task, through.Id, backends, local))
                continue;

            // Tasks of an internal network have no way back to a client elsewhere: they see this machine as the client.
            if (task.NodeId == nodeId && !through.IsInternal)
                here.Add(backends[^1].Address);

            // It answers by its first network: a connection that comes through another would go back to nobody.
            keeps &= !through.IsInternal && through.Id == task.Addresses[0].NetworkId;
        }
        Prefer(service, backends, local);
        if (backends.Count == 0 && carrier is null)
            return;
        foreach (var claim in claims)
            Port(service, claim, backends, keeps && claim.KeepsClient ? RuleNames.KeepingPortMark : RuleNames.PortMark);
        foreach (var address in here)
            _elements.Add(new(RuleNames.Local, address.ToString()));
    }

    /// <summary>
    /// The network that carries the ports; while an update changes that one, the tasks that are not on it yet, or not any
    /// more, are reached through their first network that this machine has.
    /// </summary>
    private NodeNetwork? Reached(TaskEntry task, NodeNetwork? carrier)
    {
        if (carrier is not null && task.On(carrier.Id) is not null)
            return carrier;
        foreach (var held in task.Addresses)
        {
            if (book.Networks.TryGetValue(held.NetworkId, out var network))
                return network;
        }
        return null;
    }

    private void Port(ServiceEntry service, PortClaim claim, List<Backend> backends, string mark)
    {
        var protocol = claim.Key.Protocol.ToString().ToLowerInvariant();
        var key = claim.Address is { } at ? $"{at} . {protocol} . {claim.Key.Port}" : $"{protocol} . {claim.Key.Port}";
        if (backends.Count == 0)
        {
            _elements.Add(new(claim.Address is null ? RuleNames.EmptyPorts : RuleNames.EmptyPortsAt, key));
            return;
        }
        var chain = $"s_{Word(service.Id)}_{protocol}{claim.Key.Port}";
        if (claim.Address is { } address)
            chain += $"_{Word(address.ToString())}";
        var balance = Balance.ToPort(backends, service.Affinity, claim.Target);
        _chains.Add(new(chain, $"ct mark set {mark}\nmeta l4proto {protocol} {balance}"));
        _elements.Add(new(claim.Address is null ? RuleNames.Ports : RuleNames.PortsAt, key, $"goto {chain}"));
    }

    private List<Backend> Backends(ServiceEntry service, string network, SortedSet<IpAddr> local)
    {
        var backends = new List<Backend>();
        foreach (var task in book.TasksOf(service.Id))
            AddBackend(task, network, backends, local);
        Prefer(service, backends, local);
        return backends;
    }

    /// <summary>Tasks of this machine alone, where the service wants it so and there are any.</summary>
    private static void Prefer(ServiceEntry service, List<Backend> backends, SortedSet<IpAddr> local)
    {
        if (service.PrefersLocal && backends.Exists(backend => local.Contains(backend.Address)))
            backends.RemoveAll(backend => !local.Contains(backend.Address));
    }

    private bool AddBackend(TaskEntry task, string network, List<Backend> backends, SortedSet<IpAddr> local)
    {
        if (!task.Serving || task.On(network) is not { IsV6: false } address)
            return false;
        backends.Add(new(task.Id, address));
        _backends.Add(address);
        if (task.NodeId == nodeId)
            local.Add(address);
        return true;
    }

    /// <summary>Only what nft takes in a name.</summary>
    private static string Word(string id) => string.Concat(id.Select(c => char.IsAsciiLetterOrDigit(c) ? c : '_'));
}
