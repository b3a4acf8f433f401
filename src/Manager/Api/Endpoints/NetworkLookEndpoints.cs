using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Networks;

namespace Orch.Manager.Api.Endpoints;

/// <summary>/orch/v1/networks: how networks stand on their machines, and whether these reach each other.</summary>
internal static class NetworkLookEndpoints
{
    /// <summary>Networks that are checked at once; agents refuse more questions than that.</summary>
    private const int MostAtOnce = 4;

    /// <summary>For all requests together: an agent answers only so many questions at a time.</summary>
    private static readonly SemaphoreSlim _room = new(MostAtOnce);

    /// <summary>Networks of one request.</summary>
    private const int MostNetworks = 64;

    public static async Task DetailAsync(HttpContext http, ApiServices api)
    {
        var state = api.View();
        var (network, refusal) = Lookup.Network(state, Route.Id(http));
        await (network is null ? Answer.RefuseAsync(http, refusal!)
            : Answer.ObjectAsync(
                http, await NetworkDetails.OfAsync(state, network, api.Ask, http.RequestAborted), ApiJson.Default.NetworkDetailView));
    }

    /// <summary>?network=NAME, as often as wanted; without any, all that some machine has now.</summary>
    public static async Task CheckAsync(HttpContext http, ApiServices api)
    {
        var state = api.View();
        var wanted = new List<Network>();
        foreach (var name in http.Request.Query["network"].OfType<string>())
        {
            var (network, refusal) = Lookup.Network(state, name);
            if (network is null)
            {
                await Answer.RefuseAsync(http, refusal!);
                return;
            }
            wanted.Add(network);
        }
        if (wanted.Count == 0)
            wanted.AddRange(state.Networks.Values.Where(one => NetworkMember.Of(state, one.Id).Any(member => member.Needed)));
        if (wanted.Count > MostNetworks)
        {
            await Answer.RefuseAsync(http, Problem.Invalid($"{wanted.Count} networks are more than the {MostNetworks} of one check: name some"));
            return;
        }
        await CheckAsync(http, api, state, wanted);
    }

    private static async Task CheckAsync(HttpContext http, ApiServices api, ClusterState state, List<Network> wanted)
    {
        var checks = await Task.WhenAll(wanted.DistinctBy(one => one.Id)
            .OrderBy(one => one.Spec.Name, StringComparer.Ordinal).Select(async network =>
            {
                await _room.WaitAsync(http.RequestAborted);
                try
                {
                    return await NetworkCheck.OfAsync(state, network, api.Ask, http.RequestAborted);
                }
                finally
                {
                    _room.Release();
                }
            }));
        var view = new NetworkChecksView { OK = checks.All(check => check.Problems.Count == 0), Networks = checks };
        await Answer.ObjectAsync(http, view, ApiJson.Default.NetworkChecksView);
    }
}
