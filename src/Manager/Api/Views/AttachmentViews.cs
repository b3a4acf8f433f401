using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Manager.Api.Views;

/// <summary>Where services and tasks are on networks, as Docker shows it. Pure.</summary>
internal static class AttachmentViews
{
    public static IReadOnlyList<VirtualIPView>? Of(ClusterState state, Service service) => service.VirtualIps.Count == 0 ? null
        : [.. service.VirtualIps.Select(vip => new VirtualIPView(vip.Network.ToString(), InBlock(state.NetworkOf(vip.Network), vip.Address)))];

    /// <summary>Also of networks that were removed while the task is on them; of what is gone nothing is left to show.</summary>
    public static IReadOnlyList<NetworkAttachmentView>? Of(ClusterState state, TaskRecord task)
    {
        if (task.Addresses.Count == 0)
            return null;
        var shown = new List<NetworkAttachmentView>(task.Addresses.Count);
        foreach (var (id, address) in task.Addresses)
        {
            if (state.NetworkOf(id) is { } network)
                shown.Add(new(Of(network), [InBlock(network, address)]));
        }
        return shown.Count == 0 ? null : shown;
    }

    /// <summary>10.128.0.5/20: the address with the length of the block it is from.</summary>
    public static string InBlock(Network? network, string address) =>
        network is { Subnets: [var subnet, ..] } ? $"{address}/{subnet.Prefix.Length}" : address;

    private static AttachedNetworkView Of(Network network) => new()
    {
        ID = network.Id.ToString(),
        Version = new(network.Version),
        CreatedAt = network.CreatedAt,
        UpdatedAt = network.CreatedAt,
        Spec = new()
        {
            Name = network.Spec.Name,
            Labels = network.Spec.Labels ?? [],
            DriverConfiguration = new() { Name = network.Spec.Driver, Options = network.Spec.Options },
            Internal = network.Spec.Internal ?? false,
            Attachable = network.Spec.Attachable ?? false,
            Ingress = network.Spec.Ingress ?? false,
            IPAMOptions = new()
            {
                Driver = new() { Name = network.Spec.IPAM?.Driver },
                Configs = network.Spec.IPAM?.Config is { Count: > 0 } config
                    ? [.. config.Select(subnet => new AttachedSubnetView(subnet.Subnet, subnet.IPRange, subnet.Gateway))] : null,
            },
        },
        DriverState = new() { Name = "overlay", Options = NetworkViews.OptionsOf(network) },
        IPAMOptions = new()
        {
            Driver = new() { Name = "default" },
            Configs = [.. network.Subnets.Select(subnet => new AttachedSubnetView(subnet.Block, subnet.Range, subnet.Gateway))],
        },
    };
}
