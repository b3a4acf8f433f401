using Microsoft.AspNetCore.Http;
using Orch.Core.State;
using Orch.Manager.Writing;

namespace Orch.Manager.Api.Endpoints;

/// <summary>
/// /orch/v1/watch: what is, a synced line, then what changes, as it commits. A slow client gets changes merged, so it may
/// miss states in between but never the last one. Quiet times are filled with a synced line, which finds out clients
/// that vanished without a word.
/// </summary>
internal static class WatchEndpoints
{
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(30);

    public static async Task StreamAsync(HttpContext http, ApiServices api)
    {
        var (filter, problem) = WatchFilter.Of(http.Request, api.View());
        if (filter is null)
        {
            await Answer.RefuseAsync(http, problem!);
            return;
        }
        using var stream = await LineStream.OpenAsync(http);
        if (stream is null)
            return;
        var lines = new WatchLines(stream, filter, api);
        await using var views = api.Watch(http.RequestAborted).GetAsyncEnumerator(http.RequestAborted);
        ClusterState? seen = null;
        while (await NextAsync(views, () => seen is null ? ValueTask.FromResult(true) : lines.SyncedAsync(seen), api.Clock, http))
        {
            var (view, changes) = (views.Current.View, views.Current.Changes);
            var open = seen is null || changes is null
                ? await lines.AllAsync(view, seen)
                : await lines.ChangedAsync(seen, view, changes);
            if (!open || !await stream.FlushAsync())
                return;
            seen = view;
        }
    }

    /// <summary>Waits for the next view; false at the end of the leadership, or when a heartbeat found nobody.</summary>
    private static async Task<bool> NextAsync(
        IAsyncEnumerator<Published> views, Func<ValueTask<bool>> heartbeat, TimeProvider clock, HttpContext http)
    {
        var next = views.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            using var waiting = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted);
            var silence = Task.Delay(Heartbeat, clock, waiting.Token);
            if (await Task.WhenAny(next, silence) == silence && !http.RequestAborted.IsCancellationRequested)
                await heartbeat();
            await waiting.CancelAsync();
            if (http.RequestAborted.IsCancellationRequested)
                break;
        }
        return await next;
    }
}
