using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Manager.Api.Views;

namespace Orch.Manager.Api.Endpoints;

/// <summary>/nodes. The filter "label" means the engine's labels, "node.label" those that users set (Docker's habit).</summary>
internal static class NodeEndpoints
{
    public static Task ListAsync(HttpContext http, ApiServices api)
    {
        var (filters, problem) = Filters.Of(http.Request, "id", "label", "name", "node.label", "role", "membership");
        problem ??= InvalidValue(filters!, "role", "manager", "worker")
            ?? InvalidValue(filters!, "membership", "accepted", "pending");
        if (problem is not null)
            return Answer.RefuseAsync(http, problem);
        var context = ContextOf(api);
        var views = api.View().Nodes.Values.Where(node => Matches(filters!, node)).Select(node => NodeViews.Of(node, context));
        return Answer.ListAsync(http, views, ApiJson.Default.NodeView);
    }

    private static bool Matches(Filters filters, Node node) =>
        (!filters.Has("id") || filters.Prefix("id", node.Id.ToString()))
        && filters.Prefix("name", node.Description.Hostname)
        && filters.Labels("label", node.Description.EngineLabels)
        && filters.Labels("node.label", node.Spec.Labels)
        && filters.Exact("role", node.Spec.Role == NodeRole.Manager ? "manager" : "worker")
        && filters.Exact("membership", "accepted");

    private static Problem? InvalidValue(Filters filters, string key, params ReadOnlySpan<string> allowed)
    {
        foreach (var value in filters.Get(key))
        {
            if (!allowed.Contains(value))
                return Problem.Invalid($"Invalid {key} filter: '{value}'");
        }
        return null;
    }

    public static Task InspectAsync(HttpContext http, ApiServices api)
    {
        var (node, refusal) = Lookup.Node(api.View(), Route.Id(http));
        return node is null
            ? Answer.RefuseAsync(http, refusal!)
            : Answer.ObjectAsync(http, NodeViews.Of(node, ContextOf(api)), ApiJson.Default.NodeView);
    }

    public static async Task UpdateAsync(HttpContext http, ApiServices api)
    {
        var (version, problem) = Query.Version(http.Request, "node");
        NodeSpec? spec = null;
        if (problem is null)
            (spec, problem) = await NodeSpecBody.ReadAsync(http);
        if (spec is null)
        {
            await Answer.RefuseAsync(http, problem!);
            return;
        }
        await ChangeAsync(http, api, new UpdateNode(Route.Id(http), version, spec));
    }

    public static Task RemoveAsync(HttpContext http, ApiServices api) =>
        ChangeAsync(http, api, new RemoveNode(Route.Id(http), Query.Flag(http.Request, "force")));

    private static async Task ChangeAsync(HttpContext http, ApiServices api, ClusterCommand command)
    {
        var decision = await api.Execute(command, http.RequestAborted);
        await (decision.Refusal is { } refusal ? Answer.RefuseAsync(http, refusal) : Answer.Nothing(http));
    }

    public static NodeContext ContextOf(ApiServices api) => new(api.Leader(), api.Port, api.Tls())
    {
        Hears = api.Leader() == api.Self ? id => api.Managers(id) is not null : null,
    };
}
