using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Commands;
using Orch.Manager.Images;

namespace Orch.Manager.Api.Endpoints;

/// <summary>/orch/v1/registries: the cluster's logins. Passwords go in and never come out.</summary>
internal static class RegistryEndpoints
{
    public static Task ListAsync(HttpContext http, ApiServices api) => Answer.ListAsync(
        http,
        api.View().Registries.Values.OrderBy(login => login.Host, StringComparer.Ordinal)
            .Select(login => new RegistryView { ServerAddress = login.Host, Username = login.Username, UpdatedAt = login.UpdatedAt }),
        ApiJson.Default.RegistryView);

    /// <summary>Keeps a login after the registry took it; <c>?verify=0</c> keeps it unasked.</summary>
    public static async Task LogInAsync(HttpContext http, ApiServices api)
    {
        var (login, problem) = await RequestBody.ReadAsync(http, ApiJson.Default.RegistryLogin);
        if (login is null)
        {
            await Answer.RefuseAsync(http, problem!);
            return;
        }
        if (login.IdentityToken.Length == 0 && (login.Username.Length == 0 || login.Password.Length == 0))
        {
            await Answer.RefuseAsync(http, Problem.Invalid("a login needs a username and a password, or an identity token"));
            return;
        }
        if (http.Request.Query["verify"] != "0")
        {
            var asked = await api.Engine.AuthenticateAsync(ApiJson.Write(login, ApiJson.Default.RegistryLogin), http.RequestAborted);
            if (!asked.IsSuccess)
            {
                await Answer.RefuseAsync(http, new Problem((int)asked.Status,
                    $"the registry {login.Host} refuses the login: {asked.Message}"));
                return;
            }
        }
        var decision = await api.Execute(
            new LogInRegistry(login.Host, login.Username, RegistryAuth.Encode(login)), http.RequestAborted);
        await (decision.Refusal is { } refusal ? Answer.RefuseAsync(http, refusal) : Answer.Nothing(http));
    }

    public static async Task LogOutAsync(HttpContext http, ApiServices api)
    {
        var host = new RegistryLogin { ServerAddress = http.Request.RouteValues["host"] as string ?? "" }.Host;
        var decision = await api.Execute(new LogOutRegistry(host), http.RequestAborted);
        await (decision.Refusal is { } refusal ? Answer.RefuseAsync(http, refusal) : Answer.Nothing(http));
    }
}
