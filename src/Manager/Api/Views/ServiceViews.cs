using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Manager.Api.Views;

/// <summary>Services as Docker shows them (docker-api §4.2). Pure; costs no more than the service's own tasks.</summary>
public static class ServiceViews
{
    public static ServiceView Of(ClusterState state, Service service, bool insertDefaults = false) => new()
    {
        ID = service.Id.ToString(),
        Version = new(service.Version),
        CreatedAt = service.CreatedAt,
        UpdatedAt = service.UpdatedAt,
        Spec = insertDefaults ? DefaultsShown.In(service.Spec) : service.Spec,
        PreviousSpec = service.PreviousSpec,
        Endpoint = EndpointOf(state, service),
        UpdateStatus = service.Update is { } update ? StatusOf(update) : null,
        JobStatus = service.TaskSpec.JobIteration is not { } iteration ? null : new()
        {
            JobIteration = new() { Index = iteration },
            LastExecution = service.LastExecution,
        },
    };

    /// <summary>With how many tasks run and how many should.</summary>
    public static ServiceView WithStatus(ClusterState state, Service service) =>
        Of(state, service) with { ServiceStatus = StatusOf(state, service) };

    /// <summary>A task on a node that is down does not count as running, although nobody saw it stop.</summary>
    public static ServiceStatusView StatusOf(ClusterState state, Service service)
    {
        if (service.IsJob)
            return JobStatusOf(state, service);
        ulong running = 0, wanted = 0;
        foreach (var task in state.TaskRecordsOf(service.Id))
        {
            wanted += task.Desired == TaskState.Running ? 1u : 0;
            running += IsRunning(state, task) ? 1u : 0;
        }
        return new(running, service.IsGlobal ? wanted : service.Replicas, 0);
    }

    /// <summary>Of the present run only; a slot that two tasks completed (one was thought lost) is complete once.</summary>
    private static ServiceStatusView JobStatusOf(ClusterState state, Service service)
    {
        ulong running = 0, wanted = 0;
        var complete = new HashSet<SlotKey>();
        foreach (var task in state.TaskRecordsOf(service.Id).Where(task => task.Spec.Version == service.TaskSpec.Version))
        {
            wanted += task.IsAlive ? 1u : 0;
            running += IsRunning(state, task) ? 1u : 0;
            if (task.State == TaskState.Complete)
                complete.Add(task.Slot);
        }
        return new(running, service.Spec.Mode?.ReplicatedJob?.Concurrency ?? wanted, (ulong)complete.Count);
    }

    private static bool IsRunning(ClusterState state, TaskRecord task) =>
        task.State == TaskState.Running && state.Nodes.Get(task.NodeId)?.State != NodeState.Down;

    /// <summary>Docker leaves the endpoint empty for services that have nothing to reach.</summary>
    private static EndpointView EndpointOf(ClusterState state, Service service) =>
        service.Ports.Count == 0 && service.Spec.TaskTemplate?.Networks is not { Count: > 0 } ? new() : new()
        {
            Spec = service.Spec.EndpointSpec ?? new(),
            Ports = service.Ports.Count > 0 ? service.Ports : null,
            VirtualIPs = AttachmentViews.Of(state, service),
        };

    private static UpdateStatusView StatusOf(UpdateProgress update) => new()
    {
        State = WordOf(update.State),
        StartedAt = update.StartedAt,
        CompletedAt = update.CompletedAt,
        Message = update.Message,
    };

    public static string WordOf(UpdateState state) => state switch
    {
        UpdateState.Updating => "updating",
        UpdateState.Paused => "paused",
        UpdateState.Completed => "completed",
        UpdateState.RollbackStarted => "rollback_started",
        UpdateState.RollbackPaused => "rollback_paused",
        UpdateState.RollbackCompleted => "rollback_completed",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "unknown update state"),
    };
}
