using System.Globalization;
using Orch.Contracts.Api;
using Orch.Core.Model;

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
            Config = [.. network.Subnets.Select(subnet => new NetworkSubnetView(subnet.Block, subnet.Gateway, subnet.Range))],
        },
        Internal = network.Spec.Internal ?? false,
        Attachable = network.Spec.Attachable ?? false,
        Options = new(network.Spec.Options ?? [])
        {
            [VniOption] = network.Vni.ToString(CultureInfo.InvariantCulture),
        },
        Labels = network.Spec.Labels is { Count: > 0 } labels ? labels : null,
    };
}
