using System.Globalization;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;
using Orch.Core.State;

namespace Orch.Manager.Api.Views;

/// <summary>Networks as Docker shows them (docker-api §4.6). Pure.</summary>
internal static class NetworkViews
{
    private const string VniOption = "com.docker.network.driver.overlay.vxlanid_list";

    /// <summary>What every machine has. Their id is their name: a service's spec that names one says more with it.</summary>
    public static readonly IReadOnlyList<NetworkView> Predefined =
        [.. Network.Predefined.Select(name => new NetworkView
        {
            Name = name,
            Id = name,
            Driver = name == "none" ? "null" : name,
            Labels = new() { ["com.docker.swarm.predefined"] = "true" },
        })];

    public static NetworkView Of(Network network) => new()
    {
        Name = network.Spec.Name,
        Id = network.Id.ToString(),
        Created = network.CreatedAt.ToString(),
        Driver = network.Spec.Driver ?? "overlay",
        IPAM = new()
        {
            Driver = "default",
            Config = [.. network.Subnets.Select((subnet, place) => new NetworkSubnetView(subnet.Block, subnet.Gateway, subnet.Range)
            {
                AuxiliaryAddresses = network.Spec.IPAM?.Config?.ElementAtOrDefault(place)?.AuxiliaryAddresses is { Count: > 0 } held
                    ? held : null,
            })],
        },
        Internal = network.Spec.Internal ?? false,
        Attachable = network.Spec.Attachable ?? false,
        Ingress = network.Spec.Ingress ?? false,
        Options = OptionsOf(network),
        Labels = network.Spec.Labels is { Count: > 0 } labels ? labels : null,
    };

    public static Dictionary<string, string> OptionsOf(Network network) => new(network.Spec.Options ?? [])
    {
        [VniOption] = network.Vni.ToString(CultureInfo.InvariantCulture),
    };

    /// <summary>With who is on it; costs no more than the tasks of the services on it.</summary>
    public static NetworkView InFull(ClusterState state, Network network, bool verbose)
    {
        var services = state.NetworkUsers.Get(network.Id).Keys.Select(state.Services.Get).OfType<Service>()
            .OrderBy(service => service.Spec.Name, StringComparer.Ordinal).ToList();
        var running = services.SelectMany(service => state.TaskRecordsOf(service.Id))
            .Where(task => task is { State: TaskState.Running, Status.ContainerId.Length: > 0 } && AddressOf(task, network) is not null)
            .DistinctBy(task => task.Status.ContainerId).ToDictionary(task => task.Status.ContainerId!, task => Container(network, task));
        var peers = state.NetworkNodes.Get(network.Id).Keys.Select(state.Nodes.Get).OfType<Node>()
            .Select(node => new NetworkPeerView(node.Description.Hostname, node.Address))
            .OrderBy(peer => peer.Name, StringComparer.Ordinal).ToList();
        return Of(network) with
        {
            Containers = running.Count > 0 ? running : null,
            Peers = peers.Count > 0 ? peers : null,
            Services = verbose && services.Count > 0
                ? services.ToDictionary(service => service.Spec.Name, service => ServiceOn(state, network, service)) : null,
        };
    }

    private static NetworkContainerView Container(Network network, TaskRecord task)
    {
        var address = AddressOf(task, network)!;
        return new(task.Name, task.Id.ToString(), MacOf(address), AttachmentViews.InBlock(network, address), "");
    }

    private static NetworkServiceView ServiceOn(ClusterState state, Network network, Service service) => new(
        service.VirtualIps.FirstOrDefault(vip => vip.Network == network.Id)?.Address ?? "",
        [.. service.Ports.Select(TextOf)], 0,
        [.. state.TaskRecordsOf(service.Id).Where(task => task.HoldsResources && AddressOf(task, network) is not null)
            .OrderBy(task => task.Slot.Number).ThenBy(task => task.Name, StringComparer.Ordinal)
            .Select(task => new NetworkTaskView(task.Name, task.Id.ToString(), AddressOf(task, network)!,
                new Dictionary<string, string> { ["Host IP"] = state.Nodes.Get(task.NodeId)?.Address ?? "" }))]);

    private static string TextOf(PortConfig port) => $"Target: {port.TargetPort ?? 0}, Publish: {port.PublishedPort ?? 0}";

    private static string? AddressOf(TaskRecord task, Network network) =>
        task.Addresses.FirstOrDefault(held => held.Network == network.Id)?.Address;

    /// <summary>02:42 and the address, which is what containers are given.</summary>
    private static string MacOf(string address) => !IpAddr.TryParse(address, out var parsed) || parsed.IsV6 ? ""
        : "02:42:" + string.Join(':', parsed.ToIPAddress().GetAddressBytes().Select(part => part.ToString("x2", CultureInfo.InvariantCulture)));
}
