using Microsoft.AspNetCore.Http;

namespace Orch.Manager.Api.Endpoints;

/// <summary>
/// What this version does not have is refused with words. Paths that are not even here get "page not found", which clients
/// skip.
/// </summary>
internal static class NotYetEndpoints
{
    public static Func<HttpContext, ApiServices, Task> Refuse(string what) => (http, _) =>
        Answer.RefuseAsync(http, new Problem(501, $"{what} is not supported by this version of orch"));
}
