using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Manager.Api.Views;

/// <summary>Services as Docker shows them (docker-api §4.2). Pure; costs no more than the service's own tasks.</summary>
public static class ServiceViews
{
    public static ServiceView Of(Service service, bool insertDefaults = false) => new()
    {
        ID = service.Id.ToString(),
        Version = new(service.Version),
        CreatedAt = service.CreatedAt,
        UpdatedAt = service.UpdatedAt,
        Spec = insertDefaults ? DefaultsShown.In(service.Spec) : service.Spec,
        PreviousSpec = insertDefaults && service.PreviousSpec is { } previous ? DefaultsShown.In(previous) : service.PreviousSpec,
        Endpoint = EndpointOf(service),
        UpdateStatus = service.Update is { } update ? StatusOf(update) : null,
    };

    /// <summary>With how many tasks run and how many should.</summary>
    public static ServiceView WithStatus(ClusterState state, Service service) =>
        Of(service) with { ServiceStatus = StatusOf(state, service) };

    /// <summary>A task on a node that is down does not count as running, although nobody saw it stop.</summary>
    public static ServiceStatusView StatusOf(ClusterState state, Service service)
    {
        ulong running = 0, wanted = 0, completed = 0;
        foreach (var task in state.TaskRecordsOf(service.Id))
        {
            if (task.Desired == TaskState.Running)
                wanted++;
            if (task.State == TaskState.Running && state.Nodes.Get(task.NodeId)?.State != NodeState.Down)
                running++;
            else if (task.State == TaskState.Complete)
                completed++;
        }
        return new(running, service.IsGlobal ? wanted : service.Replicas, IsJob(service) ? completed : 0);
    }

    private static bool IsJob(Service service) =>
        service.Spec.Mode is { ReplicatedJob: not null } or { GlobalJob: not null };

    /// <summary>Docker leaves the endpoint empty for services that have nothing to reach.</summary>
    private static EndpointView EndpointOf(Service service) => service.Ports.Count == 0
        ? new()
        : new() { Spec = service.Spec.EndpointSpec ?? new(), Ports = service.Ports };

    private static UpdateStatusView StatusOf(UpdateProgress update) => new()
    {
        State = WordOf(update.State),
        StartedAt = update.StartedAt,
        CompletedAt = update.CompletedAt,
        Message = update.Message,
    };

    private static string WordOf(UpdateState state) => state switch
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
