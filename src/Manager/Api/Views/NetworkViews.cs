using System.Globalization;
using System.Text.Json.Serialization;
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

/// <summary>A network as Docker shows it, with its habit of nulls.</summary>
internal sealed record NetworkView
{
    public string Name { get; init; } = "";
    public string Id { get; init; } = "";
    public string Created { get; init; } = "0001-01-01T00:00:00Z";
    public string Scope { get; init; } = "swarm";
    public string Driver { get; init; } = "";
    public bool EnableIPv4 { get; init; } = true;
    public bool EnableIPv6 { get; init; }
    public NetworkAddressesView IPAM { get; init; } = new();
    public bool Internal { get; init; }
    public bool Attachable { get; init; }
    public bool Ingress { get; init; }
    public NetworkSourceView ConfigFrom { get; init; } = new();
    public bool ConfigOnly { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Containers { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Options { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Labels { get; init; }
}

internal sealed record NetworkAddressesView
{
    public string Driver { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Options { get; init; }
    public List<NetworkSubnetView> Config { get; init; } = [];
}

internal sealed record NetworkSubnetView(
    string Subnet, string Gateway, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? IPRange);

internal sealed record NetworkSourceView
{
    public string Network { get; init; } = "";
}

/// <summary>Id, in a case that no other object's answer has.</summary>
internal sealed record NetworkCreatedView(string Id, string Warning);
