using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Manager.Api.Views;

namespace Orch.Manager.Api.Endpoints;

/// <summary>/orch/v1/status: the whole cluster in one small object, with what is wrong in words.</summary>
internal static class StatusEndpoints
{
    private const int MaxProblems = 100;

    public static Task ShowAsync(HttpContext http, ApiServices api)
    {
        var state = api.View();
        var leader = state.Nodes.Get(api.Leader());
        var problems = new List<ProblemView>();
        if (api.Unhealthy() is { } reason)
            problems.Add(new("store", "", reason));
        var store = api.Store();
        foreach (var warning in store.Warnings)
            problems.Add(new("store", store.Kind, warning));
        var nodes = CountNodes(state, problems);
        var managers = ManagerHealth.Of(state, api, shared: store.Kind != "sqlite");
        problems.AddRange(managers.Where(manager => manager.Problem is not null)
            .Select(manager => new ProblemView("manager", manager.Hostname, manager.Problem!)));
        var tasks = CountTasks(state, problems);
        var view = new ClusterStatusView
        {
            ClusterID = state.Cluster?.Id.ToString() ?? "",
            NodeID = api.Self.ToString(),
            LeaderID = api.Leader().ToString(),
            LeaderAddr = leader is null ? "" : NodeViews.AddressOf(leader, api.Port),
            Version = Product.Version,
            StartedAt = api.StartedAt,
            Store = store with { Revision = state.Revision },
            Nodes = nodes,
            Managers = managers,
            Tasks = tasks,
            Services = state.Services.Count,
            Problems = problems.Count > MaxProblems ? problems[..MaxProblems] : problems,
        };
        return Answer.ObjectAsync(http, view, ApiJson.Default.ClusterStatusView);
    }

    private static NodeCountsView CountNodes(ClusterState state, List<ProblemView> problems)
    {
        int ready = 0, down = 0, drained = 0, managers = 0;
        foreach (var node in state.Nodes.Values)
        {
            ready += node.State == NodeState.Ready ? 1 : 0;
            down += node.State == NodeState.Down ? 1 : 0;
            drained += node.Spec.Availability == NodeAvailability.Drain ? 1 : 0;
            managers += node.Spec.Role == NodeRole.Manager ? 1 : 0;
            if (node.State != NodeState.Ready)
                problems.Add(new("node", node.Description.Hostname,
                    $"is {NodeViews.WordOf(node.State)}: {node.StateMessage ?? "it has not reported"}"));
            else if (node.Description.EngineProblem is { } problem)
                problems.Add(new("node", node.Description.Hostname, problem));
        }
        return new() { Total = state.Nodes.Count, Ready = ready, Down = down, Drained = drained, Managers = managers };
    }

    private static TaskCountsView CountTasks(ClusterState state, List<ProblemView> problems)
    {
        long wanted = 0, running = 0, waiting = 0;
        foreach (var service in state.Services.Values)
        {
            var status = ServiceViews.StatusOf(state, service);
            wanted += (long)status.DesiredTasks;
            running += (long)status.RunningTasks;
            if (status.RunningTasks >= status.DesiredTasks)
                continue;
            var missing = status.DesiredTasks - status.RunningTasks;
            waiting += (long)missing;
            if (problems.Count < MaxProblems)
                problems.Add(new("service", service.Spec.Name, WhyWaiting(state, service, missing)));
        }
        return new() { Wanted = Capped(wanted), Running = Capped(running), Waiting = Capped(waiting) };
    }

    private static int Capped(long count) => (int)Math.Min(count, int.MaxValue);

    private static string WhyWaiting(ClusterState state, Service service, ulong missing)
    {
        var reason = state.TaskRecordsOf(service.Id)
            .Where(task => task.Status.Error is { Length: > 0 } && task.State != TaskState.Running)
            .MaxBy(task => task.Status.At)?.Status.Error;
        return $"{missing} of its tasks {(missing == 1 ? "does" : "do")} not run" + (reason is null ? "" : $": {reason}");
    }
}
