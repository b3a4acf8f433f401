using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orch.Core.Model;

namespace Orch.Manager.Api.Endpoints;

/// <summary>
/// /events: with since, what is remembered from then on first; then what happens, until the moment until, or for ever.
/// </summary>
internal static class EventEndpoints
{
    private static readonly TimeSpan CatchUp = TimeSpan.FromSeconds(2);
    private static readonly string[] Kinds =
        ["node", "service", "network", "secret", "config", "container", "daemon", "image", "plugin", "volume"];

    public static async Task StreamAsync(HttpContext http, ApiServices api)
    {
        var (filters, problem) = Filters.Of(http.Request, [.. Kinds, "type", "event", "scope", "label"]);
        if (!ApiMoment.TryParse(http.Request.Query["since"].ToString(), out var since))
            problem ??= Problem.Invalid($"invalid since: '{http.Request.Query["since"]}' is no moment");
        if (!ApiMoment.TryParse(http.Request.Query["until"].ToString(), out var until))
            problem ??= Problem.Invalid($"invalid until: '{http.Request.Query["until"]}' is no moment");
        if (problem is not null)
        {
            await Answer.RefuseAsync(http, problem);
            return;
        }
        var from = since is null ? api.Events.Numbers.Next : api.Events.Numbers.Oldest;
        using var stream = await LineStream.OpenAsync(http);
        if (stream is null)
            return;
        await CatchUpAsync(api, http.RequestAborted);
        var left = until is { } moment ? moment - Timestamp.From(api.Clock.GetUtcNow()) : (TimeSpan?)null;
        using var closing = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
        using var timer = left > TimeSpan.Zero
            ? api.Clock.CreateTimer(_ => closing.Cancel(), null, Capped(left.Value), Timeout.InfiniteTimeSpan) : null;
        try
        {
            await SendAsync(stream, from, line => Matches(filters!, line) && Within(line, since, until), api.Events,
                follow: left is not { } span || span > TimeSpan.Zero, closing.Token);
        }
        catch (OperationCanceledException) when (!http.RequestAborted.IsCancellationRequested)
        {
            // The moment that the client named has come.
        }
    }

    /// <summary>A history that stands still for once is no reason to answer nothing.</summary>
    private static async Task CatchUpAsync(ApiServices api, CancellationToken aborted)
    {
        using var patience = new CancellationTokenSource(CatchUp, api.Clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, aborted);
        try
        {
            await api.Events.UntilAsync(api.View().Revision, either.Token);
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            // What is there is shown.
        }
    }

    private static async Task SendAsync(
        LineStream stream, long from, Func<EventView, bool> wanted, EventHistory history, bool follow, CancellationToken ending)
    {
        while (true)
        {
            var (lines, next, moved) = history.Read(from);
            foreach (var line in lines.Where(wanted))
                await stream.WriteAsync(json => JsonSerializer.Serialize(json, line, ManagerJson.Default.EventView));
            if (lines.Count > 0 && !await stream.FlushAsync())
                return;
            if (lines.Count == 0 && !follow)
                return;
            if (lines.Count == 0)
                await moved.WaitAsync(ending);
            from = next;
        }
    }

    private static bool Within(EventView line, Timestamp? since, Timestamp? until) =>
        (since is not { } first || line.TimeNano >= first.UnixNanos) && (until is not { } last || line.TimeNano <= last.UnixNanos);

    /// <summary>A filter of a kind asks for events of that kind alone: by the beginning of id or name.</summary>
    private static bool Matches(Filters filters, EventView line) =>
        filters.Exact("type", line.Type) && filters.Exact("event", line.Action) && filters.Exact("scope", line.Scope)
        && filters.Labels("label", line.Actor.Attributes)
        && Kinds.All(kind => !filters.Has(kind) || (kind == line.Type
            && (filters.Prefix(kind, line.Actor.ID) || filters.Prefix(kind, line.Actor.Attributes["name"]))));

    private static TimeSpan Capped(TimeSpan wait) => wait > TimeSpan.FromDays(40) ? TimeSpan.FromDays(40) : wait;
}
