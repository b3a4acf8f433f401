using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Api.Views;

namespace Orch.Manager.Api.Endpoints;

/// <summary>/tasks. A list of a service's or a node's tasks reads those tasks only, whatever the size of the cluster.</summary>
internal static class TaskEndpoints
{
    public static Task ListAsync(HttpContext http, ApiServices api)
    {
        var (filters, problem) = Filters.Of(
            http.Request, "id", "label", "name", "node", "service", "desired-state", "runtime", "_up-to-date");
        if (filters is null)
            return Answer.RefuseAsync(http, problem!);
        var state = api.View();
        var (search, mistake) = TaskSearch.Of(state, filters);
        return search is null
            ? Answer.RefuseAsync(http, mistake!)
            : Answer.ListAsync(http, search.Run().Select(task => TaskViews.Of(state, task)), ApiJson.Default.TaskView);
    }

    public static Task InspectAsync(HttpContext http, ApiServices api)
    {
        var state = api.View();
        var (task, refusal) = Lookup.Task(state, Route.Id(http));
        return task is null
            ? Answer.RefuseAsync(http, refusal!)
            : Answer.ObjectAsync(http, TaskViews.Of(state, task), ApiJson.Default.TaskView);
    }
}
