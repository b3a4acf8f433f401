using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Manager.Security;

namespace Orch.Manager.Api.Endpoints;

/// <summary>/orch/v1/api-tokens. A token is told once, when it is made; what is kept cannot tell it again.</summary>
internal static class ApiTokenEndpoints
{
    public static Task ListAsync(HttpContext http, ApiServices api)
    {
        var now = Timestamp.From(api.Clock.GetUtcNow());
        var tokens = api.View().ApiTokens.Values.OrderBy(token => token.Name, StringComparer.Ordinal);
        return Answer.ListAsync(http, tokens.Select(token => new ApiTokenView
        {
            Name = token.Name,
            Role = token.Role.ToString().ToLowerInvariant(),
            CreatedAt = token.CreatedAt,
            ExpiresAt = token.ExpiresAt,
            Expired = token.HasExpired(now),
        }), ApiJson.Default.ApiTokenView);
    }

    public static async Task CreateAsync(HttpContext http, ApiServices api)
    {
        var (request, problem) = await RequestBody.ReadAsync(http, ApiJson.Default.ApiTokenRequest);
        if (request is not null && (!Enum.TryParse<ApiRole>(request.Role, ignoreCase: true, out var known) || !Enum.IsDefined(known)))
            problem = Problem.Invalid($"unknown role '{request.Role}': viewer, operator or admin");
        if (request is { ExpiresIn: < 0 })
            problem = Problem.Invalid("a token cannot expire before it is made");
        if (problem is not null)
        {
            await Answer.RefuseAsync(http, problem);
            return;
        }
        var (text, key, hash) = ApiTokenText.New();
        var expires = request!.ExpiresIn == 0 ? default
            : Timestamp.From(api.Clock.GetUtcNow()) + TimeSpan.FromTicks(request.ExpiresIn / 100);
        var role = Enum.Parse<ApiRole>(request.Role, ignoreCase: true);
        var decision = await api.Execute(new CreateApiToken(request.Name, role, key, hash, expires), http.RequestAborted);
        await (decision.Refusal is { } refusal ? Answer.RefuseAsync(http, refusal)
            : Answer.ObjectAsync(http, new ApiTokenSecret(text), ApiJson.Default.ApiTokenSecret, 201));
    }

    public static async Task RemoveAsync(HttpContext http, ApiServices api)
    {
        var decision = await api.Execute(new RemoveApiToken(Route.Id(http)), http.RequestAborted);
        await (decision.Refusal is { } refusal ? Answer.RefuseAsync(http, refusal) : Answer.Nothing(http));
    }
}
