using System.Globalization;
using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Manager.Api.Endpoints;

/// <summary>The specs a service had, and the way back to any that is kept; what Docker's API has no word for.</summary>
internal static class RevisionEndpoints
{
    /// <summary>Oldest first; the last one is the present spec.</summary>
    public static Task ListAsync(HttpContext http, ApiServices api)
    {
        var (service, refusal) = Lookup.Service(api.View(), Route.Id(http));
        return service is null
            ? Answer.RefuseAsync(http, refusal!)
            : Answer.ListAsync(http, Revisions(service), ApiJson.Default.RevisionView);
    }

    private static IEnumerable<RevisionView> Revisions(Service service)
    {
        foreach (var kept in service.History)
            yield return new() { Revision = kept.Number, CreatedAt = kept.At, Spec = kept.Spec };
        yield return new()
        {
            Revision = service.Revision,
            CreatedAt = service.SpecAt.IsNever ? service.CreatedAt : service.SpecAt,
            Spec = service.Spec,
        };
    }

    public static async Task RollbackAsync(HttpContext http, ApiServices api)
    {
        var (version, problem) = Query.Version(http.Request, "service");
        ulong? revision = null;
        if (http.Request.Query["to"].ToString() is { Length: > 0 } text)
        {
            if (ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                revision = number;
            else
                problem ??= Problem.Invalid($"invalid revision '{text}': a number was expected");
        }
        if (problem is not null)
        {
            await Answer.RefuseAsync(http, problem);
            return;
        }
        var command = new UpdateService(Route.Id(http), version, null, Rollback: true, ToRevision: revision);
        var decision = await api.Execute(command, http.RequestAborted);
        if (decision.Refusal is { } refusal)
            await Answer.RefuseAsync(http, refusal);
        else
            await Answer.ObjectAsync(http, new UpdateResponse(decision.Reply.Warnings), ApiJson.Default.UpdateResponse);
    }
}
