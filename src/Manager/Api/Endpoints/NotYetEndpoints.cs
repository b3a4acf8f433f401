using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;

namespace Orch.Manager.Api.Endpoints;

/// <summary>
/// Families that this version does not have: lists are empty, so that clients that look there go on, and changes are
/// refused with words. Paths that are not even here get "page not found", which clients skip.
/// </summary>
internal static class NotYetEndpoints
{
    public static Task EmptyListAsync(HttpContext http, ApiServices api) =>
        Answer.ListAsync<ErrorView>(http, [], ApiJson.Default.ErrorView);

    public static Func<HttpContext, ApiServices, Task> NotFound(string kind) => (http, _) =>
        Answer.RefuseAsync(http, new Problem(404, $"{kind} {Route.Id(http)} not found"));

    public static Func<HttpContext, ApiServices, Task> Refuse(string what) => (http, _) =>
        Answer.RefuseAsync(http, new Problem(501, $"{what} is not supported by this version of orch"));
}
