using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Manager.Api.Endpoints;

/// <summary>
/// /events: what happens from now on. Nothing is kept to replay: a request that ends in the past gets an empty list, and
/// since is not looked at.
/// </summary>
internal static class EventEndpoints
{
    public static async Task StreamAsync(HttpContext http, ApiServices api)
    {
        var (filters, problem) = Filters.Of(
            http.Request, "type", "event", "scope", "node", "service", "network", "secret", "config", "label", "container",
            "daemon", "image", "plugin", "volume");
        if (filters is not null)
            problem = TryUntil(http.Request, out var until) ? null : Problem.Invalid("invalid until: not a moment");
        if (problem is not null)
        {
            await Answer.RefuseAsync(http, problem);
            return;
        }
        TryUntil(http.Request, out var end);
        using var stream = await LineStream.OpenAsync(http);
        if (stream is null)
            return;
        var now = api.Clock.GetUtcNow();
        if (end <= now)
            return;
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        using var timer = end is { } moment
            ? api.Clock.CreateTimer(_ => closing.Cancel(), null, Capped(moment - now), Timeout.InfiniteTimeSpan) : null;
        try
        {
            await FollowAsync(stream, filters!, api, closing.Token);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            // The moment that the client named has come.
        }
    }

    private static async Task FollowAsync(LineStream stream, Filters filters, ApiServices api, CancellationToken ending)
    {
        ClusterState? seen = null;
        await foreach (var published in api.Watch(ending).WithCancellation(ending))
        {
            if (seen is not null && published.Changes is { } changes)
            {
                var now = Timestamp.From(api.Clock.GetUtcNow());
                foreach (var line in EventLines.Of(seen, published.View, changes, now).Where(line => Matches(filters, line)))
                    await stream.WriteAsync(json => JsonSerializer.Serialize(json, line, ManagerJson.Default.EventView));
                if (!await stream.FlushAsync())
                    return;
            }
            seen = published.View;
        }
    }

    private static bool Matches(Filters filters, EventView line) =>
        filters.Exact("type", line.Type) && filters.Exact("event", line.Action) && filters.Exact("scope", line.Scope)
        && (!filters.Has(line.Type) || filters.Exact(line.Type, line.Actor.ID)
            || filters.Exact(line.Type, line.Actor.Attributes["name"]));

    /// <summary>Unix seconds, maybe with a fraction, or RFC 3339; null when there is none.</summary>
    private static bool TryUntil(HttpRequest request, out DateTimeOffset? until)
    {
        until = null;
        var text = request.Query["until"].ToString();
        if (text.Length == 0)
            return true;
        if (decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var seconds)
            && seconds < 253402300799)
            until = DateTimeOffset.UnixEpoch.AddTicks((long)(seconds * TimeSpan.TicksPerSecond));
        else if (ApiTimeConverter.TryParse(text, out var moment))
            until = DateTimeOffset.UnixEpoch.AddTicks(moment.UnixNanos / 100);
        return until is not null;
    }

    private static TimeSpan Capped(TimeSpan wait) => wait > TimeSpan.FromDays(40) ? TimeSpan.FromDays(40) : wait;
}
