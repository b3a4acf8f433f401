using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Manager.Api.Views;

namespace Orch.Manager.Api.Endpoints;

/// <summary>/networks: the cluster's own, and those that every machine has. No machine's private networks are here.</summary>
internal static class NetworkEndpoints
{
    public static Task ListAsync(HttpContext http, ApiServices api)
    {
        var (filters, problem) = Filters.Of(http.Request, "driver", "id", "label", "name", "scope", "type", "dangling");
        if (filters is null)
            return Answer.RefuseAsync(http, problem!);
        var (ids, names) = (NamePatterns.Of(filters, "id"), NamePatterns.Of(filters, "name"));
        bool Matches(NetworkView network) => filters.Exact("driver", network.Driver) && filters.Exact("scope", network.Scope)
            && filters.Labels("label", network.Labels) && ids.Match(network.Id) && names.Match(network.Name);
        var state = api.View();
        var own = state.Networks.Values.Where(network => InUse(filters, state, network)).Select(NetworkViews.Of)
            .Where(network => filters.Exact("type", "custom") && Matches(network));
        var builtIn = NetworkViews.Predefined.Where(network => filters.Exact("type", "builtin") && Matches(network)
            && !filters.Get("dangling").Any(value => value is "true" or "1"));
        return Answer.ListAsync(http, own.Concat(builtIn), ApiJson.Default.NetworkView);
    }

    public static Task InspectAsync(HttpContext http, ApiServices api)
    {
        var name = Route.Id(http);
        var state = api.View();
        var (network, refusal) = Lookup.Network(state, name);
        var found = network is null ? NetworkViews.Predefined.FirstOrDefault(one => one.Name == name)
            : NetworkViews.InFull(state, network, Query.Flag(http.Request, "verbose"));
        return found is null
            ? Answer.RefuseAsync(http, refusal!)
            : Answer.ObjectAsync(http, found, ApiJson.Default.NetworkView);
    }

    public static async Task CreateAsync(HttpContext http, ApiServices api)
    {
        var (spec, problem) = await RequestBody.ReadAsync(http, ApiJson.Default.NetworkSpec);
        if (spec is not null && Network.Predefined.Contains(spec.Name))
            problem = new(403, $"operation is not permitted on predefined {spec.Name} network");
        problem ??= spec is null ? null : SpecSize.Check(spec, ApiJson.Default.NetworkSpec);
        if (problem is not null)
        {
            await Answer.RefuseAsync(http, problem);
            return;
        }
        var decision = await api.Execute(new CreateNetwork(spec!), http.RequestAborted);
        await (decision.Refusal is { } refusal
            ? Answer.RefuseAsync(http, refusal)
            : Answer.ObjectAsync(http, new NetworkCreatedView(decision.Reply.CreatedId!, ""), ApiJson.Default.NetworkCreatedView, 201));
    }

    public static async Task RemoveAsync(HttpContext http, ApiServices api)
    {
        var name = Route.Id(http);
        if (Network.Predefined.Contains(name) && Lookup.Network(api.View(), name).Found is null)
        {
            await Answer.RefuseAsync(http, new Problem(403, $"{name} is a pre-defined network and cannot be removed"));
            return;
        }
        var decision = await api.Execute(new RemoveNetwork(name), http.RequestAborted);
        if (decision.Refusal is { } refusal)
            await Answer.RefuseAsync(http, refusal);
        else
            http.Response.StatusCode = 204;
    }

    /// <summary>
    /// connect and disconnect: a task has the networks of its service, or what its service says and what it has would differ.
    /// </summary>
    public static Task ConnectAsync(HttpContext http, ApiServices api) => RefuseByHandAsync(http, api, "add");

    public static Task DisconnectAsync(HttpContext http, ApiServices api) => RefuseByHandAsync(http, api, "rm");

    private static Task RefuseByHandAsync(HttpContext http, ApiServices api, string change)
    {
        var name = Route.Id(http);
        var (network, refusal) = Lookup.Network(api.View(), name);
        return Answer.RefuseAsync(http, network is null && !Network.Predefined.Contains(name) ? Problem.From(refusal!)
            : new(403, $"containers are not connected to network {name} by hand: a task has the networks of its service, which "
                + $"`orch service update --network-{change} {name} SERVICE` changes"));
    }

    /// <summary>Docker calls a network dangling that nobody uses.</summary>
    private static bool InUse(Filters filters, ClusterState state, Network network)
    {
        if (!filters.Has("dangling"))
            return true;
        return filters.Get("dangling").Any(value => value is "true" or "1") != IsUsed(state, network);
    }

    /// <summary>A service names it, or the cluster itself needs it.</summary>
    public static bool IsUsed(ClusterState state, Network network) =>
        network.Spec.Ingress == true || state.NetworkUsers.Get(network.Id).Count > 0;
}
