using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Text;

namespace Orch.Manager.Api.Endpoints;

/// <summary>Removes the networks that nobody uses, by name; what somebody begins to use meanwhile stays.</summary>
internal static class NetworkPruneEndpoint
{
    public static async Task PruneAsync(HttpContext http, ApiServices api)
    {
        var (filters, problem) = Filters.Of(http.Request, "label", "label!", "until");
        var before = Timestamp.From(api.Clock.GetUtcNow());
        if (filters?.Get("until") is [var until, ..] && !TryBefore(until, before, out before))
            problem = Problem.Invalid($"invalid until: '{until}' is neither a moment nor a length of time");
        if (problem is not null)
        {
            await Answer.RefuseAsync(http, problem);
            return;
        }
        var state = api.View();
        var unused = state.Networks.Values
            .Where(network => !NetworkEndpoints.IsUsed(state, network) && network.CreatedAt <= before)
            .Where(network => filters!.Labels("label", network.Spec.Labels)
                && (!filters.Has("label!") || !filters.Labels("label!", network.Spec.Labels)))
            .OrderBy(network => network.Spec.Name, StringComparer.Ordinal).ToList();
        var deleted = new List<string>();
        foreach (var network in unused)
        {
            var decision = await api.Execute(new RemoveNetwork(network.Id.ToString()), http.RequestAborted);
            if (decision.Refusal is null)
                deleted.Add(network.Spec.Name);
        }
        await Answer.ObjectAsync(http, new NetworksPrunedView(deleted.Count > 0 ? deleted : null), ApiJson.Default.NetworksPrunedView);
    }

    /// <summary>24h means older than a day.</summary>
    private static bool TryBefore(string text, Timestamp now, out Timestamp before)
    {
        before = now;
        if (ApiMoment.TryParse(text, out var moment))
        {
            before = moment ?? now;
            return true;
        }
        try
        {
            before = new(now.UnixNanos - GoDuration.Parse(text));
            return true;
        }
        catch (FormatException)
        {
            return false;
        }
    }
}
