using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http;

namespace Orch.Manager.Api.Endpoints;

/// <summary>
/// /networks: only those that every machine has. Their id is their name, since clients put the id into the service's
/// spec, where a name serves as well and says more.
/// </summary>
internal static class NetworkEndpoints
{
    private static readonly NetworkView[] Predefined = [Named("bridge", "bridge"), Named("host", "host"), Named("none", "null")];

    public static Task ListAsync(HttpContext http, ApiServices api)
    {
        var (filters, problem) = Filters.Of(http.Request, "driver", "id", "label", "name", "scope", "type", "dangling");
        if (filters is null)
            return Answer.RefuseAsync(http, problem!);
        var found = Predefined.Where(network =>
            filters.Exact("driver", network.Driver) && filters.Exact("scope", "swarm") && filters.Exact("type", "builtin")
            && filters.Labels("label", network.Labels) && Contains(filters, "id", network) && Contains(filters, "name", network)
            && !filters.Get("dangling").Any(value => value is "true" or "1"));
        return Answer.ListAsync(http, found, ManagerJson.Default.NetworkView);
    }

    public static Task InspectAsync(HttpContext http, ApiServices api)
    {
        var name = Route.Id(http);
        return Array.Find(Predefined, network => network.Name == name) is { } found
            ? Answer.ObjectAsync(http, found, ManagerJson.Default.NetworkView)
            : Answer.RefuseAsync(http, new Problem(404, $"network {name} not found"));
    }

    private static bool Contains(Filters filters, string key, NetworkView network) => filters.Get(key) is not { Count: > 0 } wanted
        || wanted.Any(text => network.Name.Contains(text, StringComparison.Ordinal));

    private static NetworkView Named(string name, string driver) => new() { Name = name, Id = name, Driver = driver };
}

/// <summary>A network as Docker shows it (docker-api §4.6), with its habit of nulls.</summary>
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
    public Dictionary<string, string> Labels { get; init; } = new() { ["com.docker.swarm.predefined"] = "true" };
}

internal sealed record NetworkAddressesView
{
    public string Driver { get; init; } = "";

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public Dictionary<string, string>? Options { get; init; }
    public List<string> Config { get; init; } = [];
}

internal sealed record NetworkSourceView
{
    public string Network { get; init; } = "";
}
