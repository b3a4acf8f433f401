using Microsoft.AspNetCore.Http;
using Orch.Core.Model;
using Orch.Manager.Images;

namespace Orch.Manager.Api.Endpoints;

/// <summary>/distribution and /auth: what clients ask of registries before they deploy (docker-api §7.2).</summary>
internal static class DistributionEndpoints
{
    private const string Suffix = "/json";

    public static async Task InspectAsync(HttpContext http, ApiServices api)
    {
        var path = http.Request.RouteValues["name"] as string ?? "";
        if (!path.EndsWith(Suffix, StringComparison.Ordinal) || path.Length == Suffix.Length)
        {
            await Answer.RefuseAsync(http, Problem.PageNotFound);
            return;
        }
        var image = path[..^Suffix.Length];
        var auth = RegistryAuth.Of(http.Request)
            ?? api.View().Registries.Get(ImageName.RegistryOf(image))?.Auth;
        await PassOnAsync(http, await api.Engine.DistributionAsync(image, auth, http.RequestAborted));
    }

    /// <summary>`docker login` asks this before it keeps a credential.</summary>
    public static async Task AuthenticateAsync(HttpContext http, ApiServices api)
    {
        var (login, problem) = await RequestBody.ReadAsync(http, Contracts.Api.ApiJson.Default.RegistryLogin);
        if (login is null)
            await Answer.RefuseAsync(http, problem!);
        else
            await PassOnAsync(http, await api.Engine.AuthenticateAsync(
                Contracts.Api.ApiJson.Write(login, Contracts.Api.ApiJson.Default.RegistryLogin), http.RequestAborted));
    }

    private static Task PassOnAsync(HttpContext http, RegistryAnswer answer)
    {
        http.Response.StatusCode = (int)answer.Status;
        http.Response.ContentType = "application/json";
        http.Response.ContentLength = answer.Body.Length;
        return http.Response.Body.WriteAsync(answer.Body, http.RequestAborted).AsTask();
    }
}
