using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Manager.Api.Views;

namespace Orch.Manager.Api.Endpoints;

/// <summary>
/// /secrets and /configs (docker-api §3), which differ in nothing but the kind, and orch's own replace: new content for a
/// name, with the services that use it.
/// </summary>
internal sealed class FileEndpoints(FileKind kind)
{
    private readonly string _word = kind == FileKind.Secret ? "secret" : "config";

    public Task ListAsync(HttpContext http, ApiServices api)
    {
        var (filters, problem) = Filters.Of(http.Request, "id", "name", "names", "label");
        if (filters is null)
            return Answer.RefuseAsync(http, problem!);
        var views = api.View().Files.Values.Where(file => file.Kind == kind && Matches(filters, file)).Select(FileViews.Of);
        return Answer.ListAsync(http, views, ApiJson.Default.FileView);
    }

    private static bool Matches(Filters filters, ClusterFile file) =>
        (!filters.Has("id") || filters.Prefix("id", file.Id.ToString()))
        && filters.Prefix("name", file.Spec.Name)
        && filters.Exact("names", file.Spec.Name)
        && filters.Labels("label", file.Spec.Labels);

    public Task InspectAsync(HttpContext http, ApiServices api)
    {
        var (file, refusal) = Lookup.File(api.View(), kind, Route.Id(http));
        return file is null
            ? Answer.RefuseAsync(http, refusal!)
            : Answer.ObjectAsync(http, FileViews.Of(file), ApiJson.Default.FileView);
    }

    public async Task CreateAsync(HttpContext http, ApiServices api)
    {
        var (spec, problem) = await ReadSpecAsync(http);
        if (spec is null)
        {
            await Answer.RefuseAsync(http, problem!);
            return;
        }
        var decision = await api.Execute(new CreateFile(kind, spec), http.RequestAborted);
        await (decision.Refusal is { } refusal
            ? Answer.RefuseAsync(http, refusal)
            : Answer.ObjectAsync(http, new CreateResponse(decision.Reply.CreatedId ?? ""), ApiJson.Default.CreateResponse,
                StatusCodes.Status201Created));
    }

    public async Task UpdateAsync(HttpContext http, ApiServices api)
    {
        var (version, spec, problem) = await ReadChangeAsync(http);
        if (spec is null)
        {
            await Answer.RefuseAsync(http, problem!);
            return;
        }
        var decision = await api.Execute(new UpdateFile(kind, Route.Id(http), version, spec), http.RequestAborted);
        await (decision.Refusal is { } refusal ? Answer.RefuseAsync(http, refusal) : Answer.Nothing(http));
    }

    /// <summary>Body: the members that change, at least Data; the name stays.</summary>
    public async Task ReplaceAsync(HttpContext http, ApiServices api)
    {
        var (version, spec, problem) = await ReadChangeAsync(http);
        if (spec is null)
        {
            await Answer.RefuseAsync(http, problem!);
            return;
        }
        var decision = await api.Execute(new ReplaceFile(kind, Route.Id(http), version, spec), http.RequestAborted);
        await (decision.Refusal is { } refusal
            ? Answer.RefuseAsync(http, refusal)
            : Answer.ObjectAsync(http, Replaced(decision.Reply), ApiJson.Default.ReplaceResponse));
    }

    private static ReplaceResponse Replaced(Reply reply) =>
        new(reply.CreatedId ?? "", [.. (reply.Services ?? []).Select(id => id.ToString())], reply.Warnings);

    private async Task<(ulong Version, FileSpec? Spec, Problem? Problem)> ReadChangeAsync(HttpContext http)
    {
        var (version, problem) = Query.Version(http.Request, _word);
        if (problem is not null)
            return (0, null, problem);
        var (spec, unreadable) = await ReadSpecAsync(http);
        return (version, spec, unreadable);
    }

    /// <summary>The data has its own limit; everything else is bounded as any other spec is.</summary>
    private static async Task<(FileSpec? Spec, Problem? Problem)> ReadSpecAsync(HttpContext http)
    {
        var (spec, problem) = await RequestBody.ReadAsync(http, ApiJson.Default.FileSpec);
        if (spec is not null)
            problem = SpecSize.Check(spec with { Data = null }, ApiJson.Default.FileSpec);
        return problem is null ? (spec, null) : (null, problem);
    }

    public async Task RemoveAsync(HttpContext http, ApiServices api)
    {
        var decision = await api.Execute(new RemoveFile(kind, Route.Id(http)), http.RequestAborted);
        if (decision.Refusal is { } refusal)
            await Answer.RefuseAsync(http, refusal);
        else
            http.Response.StatusCode = StatusCodes.Status204NoContent;
    }
}
