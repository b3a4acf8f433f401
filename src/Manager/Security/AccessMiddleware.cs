using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Grpc;
using Orch.Grpc.Server;

namespace Orch.Manager.Security;

/// <summary>
/// Refuses every request that the <see cref="AccessTable"/> does not allow: 401 to callers without an identity that one
/// could help, 403 to all others. Runs between routing and endpoints. The function given knows the nodes that were
/// removed from the cluster, whose certificates still look valid.
/// </summary>
public sealed class AccessMiddleware(
    AccessTable table, Func<NodeId, bool> isRemoved, TimeProvider clock, BearerTokens? bearers = null)
{
    public async Task InvokeAsync(HttpContext http, RequestDelegate next)
    {
        // Nothing is mapped there: the answer will be 404, and there is no handler to protect.
        if (http.GetEndpoint() is not { } endpoint)
        {
            await next(http);
            return;
        }

        var peer = Current(http.Features.Get<ConnectionPeer>() ?? ConnectionPeer.Nobody);
        if (ForwardedCaller.IsNamed(http))
        {
            if (ForwardedCaller.Take(http, peer) is not { } caller)
            {
                await WriteAsync(http, StatusCodes.Status403Forbidden, ForwardedCaller.Refused);
                return;
            }
            peer = Current(caller);
        }
        if (peer.Kind == Callers.Anonymous && bearers is not null)
            peer = bearers.Identify(http, peer);
        var allowed = table.Allowed(http.Request.Method, endpoint);
        if ((allowed & peer.Kind) != 0)
        {
            http.Features.Set(peer);
            await next(http);
            return;
        }

        var (status, message) = Refusal(peer, allowed);
        if (GrpcRefusal.Applies(http))
            GrpcRefusal.Write(http, status == 401 ? GrpcStatus.Unauthenticated : GrpcStatus.PermissionDenied, message);
        else
            await WriteAsync(http, status, message);
    }

    private ConnectionPeer Current(ConnectionPeer peer)
    {
        if (peer.ValidUntil <= clock.GetUtcNow())
            return ConnectionPeer.Unproven("the certificate has expired since the connection was made");
        return peer.Identity is { Node.IsNone: false } node && isRemoved(node.Node)
            ? peer with { Kind = Callers.RemovedNode, Problem = $"node {node.Name} was removed from the cluster; join again" }
            : peer;
    }

    private static (int Status, string Message) Refusal(ConnectionPeer peer, Callers allowed)
    {
        if (allowed == Callers.None) return (StatusCodes.Status403Forbidden, "no access rule allows this call");
        if (peer.Kind is Callers.Anonymous or Callers.RemovedNode)
            return (StatusCodes.Status401Unauthorized,
                peer.Problem ?? "this call needs a client certificate issued by the cluster, or an API token");
        var who = peer.Identity?.ToString() ?? peer.Token ?? "a caller on the local socket";
        return (StatusCodes.Status403Forbidden, $"{who} may not make this call; it is for: {Describe(allowed)}");
    }

    private static string Describe(Callers allowed) => string.Join(", ", new (Callers Kind, string Word)[]
    {
        (Callers.LocalSocket, "the local socket"),
        (Callers.Manager, "managers"),
        (Callers.Worker, "workers"),
        (Callers.Admin, "admins"),
        (Callers.TokenAdmin, "api tokens of role admin"),
        (Callers.TokenOperator, "operator"),
        (Callers.TokenViewer, "viewer"),
    }.Where(kind => allowed.HasFlag(kind.Kind)).Select(kind => kind.Word));

    private static Task WriteAsync(HttpContext http, int status, string message)
    {
        http.Response.StatusCode = status;
        return http.Response.WriteAsJsonAsync(new ErrorView(message), ApiJson.Default.ErrorView);
    }
}
