using System.Collections.Concurrent;
using Microsoft.AspNetCore.Http;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Writing;

namespace Orch.Manager.Security;

/// <summary>
/// The requests that go on in the name of API tokens. Some of them are streams without an end (events, logs, watches):
/// when a token is removed or expires, they end with it.
/// </summary>
public sealed class TokenCalls(TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan LongestTimer = TimeSpan.FromDays(40);
    private readonly ConcurrentDictionary<HttpContext, Call> _open = new();

    private sealed record Call(ApiToken Token, ITimer? Expiry);

    /// <summary>Until the request is over. A token that ends far in the future outlives any connection.</summary>
    public void Begin(HttpContext http, ApiToken token)
    {
        var left = token.ExpiresAt - Timestamp.From(clock.GetUtcNow());
        var expiry = token.ExpiresAt.IsNever || left > LongestTimer ? null
            : clock.CreateTimer(_ => Abort(http, token), null, left > TimeSpan.Zero ? left : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        _open[http] = new(token, expiry);
        http.Response.OnCompleted(() =>
        {
            End(http);
            return Task.CompletedTask;
        });
    }

    /// <summary>Ends what goes on in the name of tokens that are no more.</summary>
    public void EndRemoved(ClusterState view)
    {
        foreach (var (http, call) in _open)
        {
            if (view.ApiTokens.Get(call.Token.Name)?.Key == call.Token.Key)
                continue;
            if (_open.TryRemove(new(http, call)))
                EndNow(http, call);
        }
    }

    private void Abort(HttpContext http, ApiToken token)
    {
        if (_open.TryGetValue(http, out var call) && call.Token == token && _open.TryRemove(new(http, call)))
            EndNow(http, call);
    }

    /// <summary>Only by whoever removed the call: the server uses the context again for another request.</summary>
    private static void EndNow(HttpContext http, Call call)
    {
        call.Expiry?.Dispose();
        http.Abort();
    }

    /// <summary>Looks at every commit for removed tokens.</summary>
    public async Task RunAsync(Func<CancellationToken, IAsyncEnumerable<Published>> watch, CancellationToken cancellation)
    {
        await foreach (var (view, changes) in watch(cancellation).WithCancellation(cancellation))
        {
            if (changes is null or { ApiTokenRemoved: true })
                EndRemoved(view);
        }
    }

    private void End(HttpContext http)
    {
        if (_open.TryRemove(http, out var call))
            call.Expiry?.Dispose();
    }

    public void Dispose()
    {
        foreach (var http in _open.Keys)
            End(http);
    }
}
