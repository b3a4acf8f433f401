using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Manager.Api.Views;
using Orch.Manager.Images;

namespace Orch.Manager.Api.Endpoints;

/// <summary>/services (docker-api §3).</summary>
internal static class ServiceEndpoints
{
    public static Task ListAsync(HttpContext http, ApiServices api)
    {
        var (filters, problem) = Filters.Of(http.Request, "id", "name", "label", "mode", "runtime");
        if (filters is null)
            return Answer.RefuseAsync(http, problem!);
        var state = api.View();
        var withStatus = Query.Flag(http.Request, "status");
        var views = Matching(state, filters)
            .Select(service => withStatus ? ServiceViews.WithStatus(state, service) : ServiceViews.Of(state, service));
        return Answer.ListAsync(http, views, ApiJson.Default.ServiceView);
    }

    private static IEnumerable<Service> Matching(ClusterState state, Filters filters) => state.Services.Values.Where(service =>
        (!filters.Has("id") || filters.Prefix("id", service.Id.ToString()))
        && filters.Prefix("name", service.Spec.Name)
        && filters.Labels("label", service.Spec.Labels)
        && (!filters.Has("mode") || filters.Exact("mode", SpecRules.ModeOf(service.Spec)))
        && filters.Exact("runtime", service.Spec.TaskTemplate?.Runtime ?? "container"));

    public static Task InspectAsync(HttpContext http, ApiServices api)
    {
        var state = api.View();
        var (service, refusal) = Lookup.Service(state, Route.Id(http));
        return service is null
            ? Answer.RefuseAsync(http, refusal!)
            : Answer.ObjectAsync(http, ServiceViews.Of(state, service, Query.Flag(http.Request, "insertDefaults")), ApiJson.Default.ServiceView);
    }

    public static async Task CreateAsync(HttpContext http, ApiServices api)
    {
        var (spec, problem) = await ReadSpecAsync(http);
        if (spec is null)
        {
            await Answer.RefuseAsync(http, problem!);
            return;
        }
        if (spec.Name.Length == 0)
            spec = spec with { Name = ServiceNames.Any() };
        var decision = await api.Execute(new CreateService(spec, RegistryAuth.Of(http.Request)), http.RequestAborted);
        if (decision.Refusal is { } refusal)
            await Answer.RefuseAsync(http, refusal);
        else
            await Answer.ObjectAsync(http, new CreateResponse(decision.Reply.CreatedId ?? "", decision.Reply.Warnings),
                ApiJson.Default.CreateResponse, StatusCodes.Status201Created);
    }

    public static async Task UpdateAsync(HttpContext http, ApiServices api)
    {
        var (command, problem) = await ReadUpdateAsync(http);
        if (command is null)
        {
            await Answer.RefuseAsync(http, problem!);
            return;
        }
        var decision = await api.Execute(command, http.RequestAborted);
        if (decision.Refusal is { } refusal)
            await Answer.RefuseAsync(http, refusal);
        else
            await Answer.ObjectAsync(http, new UpdateResponse(decision.Reply.Warnings), ApiJson.Default.UpdateResponse);
    }

    private static async Task<(UpdateService? Command, Problem? Problem)> ReadUpdateAsync(HttpContext http)
    {
        var (version, problem) = Query.Version(http.Request, "service");
        if (problem is not null)
            return (null, problem);
        var rollback = http.Request.Query["rollback"].ToString();
        if (rollback is not ("" or "previous"))
            return (null, new(500, $"unrecognized rollback option {rollback}"));

        // A rollback ignores the spec it is sent, but it must be one: Docker reads it first.
        var (spec, unreadable) = await ReadSpecAsync(http);
        return spec is null ? (null, unreadable) : (new(Route.Id(http), version, spec, rollback == "previous", RegistryAuth.Of(http.Request)), null);
    }

    private static async Task<(ServiceSpec? Spec, Problem? Problem)> ReadSpecAsync(HttpContext http)
    {
        var (spec, problem) = await RequestBody.ReadAsync(http, ApiJson.Default.ServiceSpec);
        if (spec is not null)
            problem = SpecSize.Check(spec, ApiJson.Default.ServiceSpec);
        return problem is null ? (spec, null) : (null, problem);
    }

    public static async Task RemoveAsync(HttpContext http, ApiServices api)
    {
        var decision = await api.Execute(new RemoveService(Route.Id(http)), http.RequestAborted);
        await (decision.Refusal is { } refusal ? Answer.RefuseAsync(http, refusal) : Answer.Nothing(http));
    }
}
