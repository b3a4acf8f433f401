using Microsoft.AspNetCore.Http;

namespace Orch.Manager.Leadership;

/// <summary>
/// A request in a role: it is cancelled by its client or by the end of the role. Whoever answers after the end needs to
/// tell the two apart.
/// </summary>
internal sealed class RoleVisit(RoleRequests role, CancellationToken client)
{
    public static void Begin(HttpContext http, RoleRequests role, CancellationToken client) =>
        http.Features.Set(new RoleVisit(role, client));

    public static bool IsOver(HttpContext http) => http.Features.Get<RoleVisit>() is { IsRoleOver: true };

    /// <summary>True when the role is over: the request lasts as long as its client from here on, so it can be answered.</summary>
    public static bool Leave(HttpContext http)
    {
        if (http.Features.Get<RoleVisit>() is not { IsRoleOver: true } visit)
            return false;
        http.RequestAborted = visit.Client;
        return true;
    }

    private CancellationToken Client => client;

    private bool IsRoleOver => role.IsOver;
}
