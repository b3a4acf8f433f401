using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Orch.Manager.Api.Endpoints;

internal static class Route
{
    /// <summary>What the path calls the object: id, name or id prefix.</summary>
    public static string Id(HttpContext http) => http.GetRouteValue("id") as string ?? "";
}
