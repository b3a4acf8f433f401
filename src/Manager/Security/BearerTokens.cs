using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Manager.Security;

/// <summary>
/// Tells who comes with "Authorization: Bearer TOKEN" on the cluster's port. An address with too many failures in a minute
/// is told nothing more, but a right token always works: one forgotten client must not lock out its neighbours. What a
/// removed or expired token may do is nothing.
/// </summary>
public sealed class BearerTokens(Func<ClusterState> view, JoinThrottle throttle, TokenCalls calls, TimeProvider clock)
{
    private const string Scheme = "Bearer ";

    /// <summary>The caller as before when no token was shown; otherwise the token's, or nobody with the reason.</summary>
    public ConnectionPeer Identify(HttpContext http, ConnectionPeer peer)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) || http.Connection.RemoteIpAddress is not { } address)
            return peer;
        var text = header[Scheme.Length..].Trim();
        if (Find(text) is not { } token)
        {
            if (throttle.Wait(address) > TimeSpan.Zero)
                return ConnectionPeer.Unproven("too many wrong API tokens from this address; try again in a minute");
            throttle.Failed(address);
            return ConnectionPeer.Unproven("the API token is not known: it is wrong, or was removed");
        }
        if (token.HasExpired(Timestamp.From(clock.GetUtcNow())))
            return ConnectionPeer.Unproven($"the API token {token.Name} has expired");
        calls.Begin(http, token);

        // Removed between the look and the note of the call, it would be missed by both.
        if (view().ApiTokens.Get(token.Name)?.Key != token.Key)
            return ConnectionPeer.Unproven("the API token was removed");
        http.Features.Get<GatePass>()?.Release();
        return new ConnectionPeer(KindOf(token.Role)) { Token = $"the API token {token.Name} ({token.Role.ToString().ToLowerInvariant()})" };
    }

    /// <summary>Compares in a time that tells nothing of the secret; that a key exists is none.</summary>
    private ApiToken? Find(string text)
    {
        if (ApiTokenText.KeyOf(text) is not { } key)
            return null;
        var hash = ApiTokenText.HashOf(text);
        foreach (var token in view().ApiTokens.Values)
        {
            if (token.Key == key && CryptographicOperations.FixedTimeEquals(token.Hash, hash))
                return token;
        }
        return null;
    }

    private static Callers KindOf(ApiRole role) => role switch
    {
        ApiRole.Admin => Callers.TokenAdmin,
        ApiRole.Operator => Callers.TokenOperator,
        ApiRole.Viewer => Callers.TokenViewer,
        _ => Callers.Anonymous,
    };
}
