using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Manager.Api.Views;

/// <summary>Tasks as Docker shows them (docker-api §4.3). Pure.</summary>
public static class TaskViews
{
    private static readonly Dictionary<string, string> NoLabels = [];

    public static TaskView Of(ClusterState state, TaskRecord task) => new()
    {
        ID = task.Id.ToString(),
        Version = new(task.Version),
        CreatedAt = task.CreatedAt,
        UpdatedAt = task.UpdatedAt.IsNever ? task.CreatedAt : task.UpdatedAt,
        Labels = NoLabels,
        Spec = task.Spec.Template,
        ServiceID = task.ServiceId.ToString(),
        Slot = SlotOf(task),
        NodeID = task.NodeId.IsNone ? null : task.NodeId.ToString(),
        Status = StatusOf(task.Status),
        DesiredState = DesiredOf(task).Word(),
        NetworksAttachments = AttachmentViews.Of(state, task),
        GenericResources = task.Resources?.Select(ResourceOf).ToList(),
        JobIteration = task.Spec.JobIteration is { } iteration ? new() { Index = iteration } : null,
    };

    private static GenericResource ResourceOf(AssignedResource given) => given.Name is { } name
        ? new() { NamedResourceSpec = new() { Kind = given.Kind, Value = name } }
        : new() { DiscreteResourceSpec = new() { Kind = given.Kind, Value = given.Count } };

    /// <summary>Docker counts the slots of a job from 0, and leaves a 0 out.</summary>
    private static ulong? SlotOf(TaskRecord task) =>
        task.Slot.IsGlobal || (task.Spec.JobIteration is not null && task.Slot.Number == 1) ? null
        : task.Spec.JobIteration is null ? task.Slot.Number : task.Slot.Number - 1;

    /// <summary>A job's task is wanted complete, not running, and stays so once it is.</summary>
    public static TaskState DesiredOf(TaskRecord task) => task.Spec.JobIteration is not null
        && (task.Desired == TaskState.Running || task is { Desired: TaskState.Shutdown, State: TaskState.Complete })
            ? TaskState.Complete : task.Desired;

    /// <summary>
    /// Ended tasks of a removed service are not shown: <c>stack rm</c> counts what is listed and would wait for ever
    /// for tasks that it saw end and that then vanish (docker-api pitfall 4).
    /// </summary>
    public static bool IsShown(ClusterState state, TaskRecord task) =>
        !task.State.IsTerminal() || state.Services.Contains(task.ServiceId);

    private static TaskStatusView StatusOf(ObservedStatus status) => new()
    {
        Timestamp = status.At,
        State = status.State.Word(),
        Message = NullIfEmpty(status.Message),
        Err = NullIfEmpty(status.Error),
        ContainerStatus = status.ContainerId is { Length: > 0 } container
            ? new(container, status.Pid, status.ExitCode ?? 0) : null,
        PortStatus = PortsOf(status),
    };

    private static readonly PortStatusView NoPorts = new();

    private static PortStatusView PortsOf(ObservedStatus status) => status.Ports is not { Count: > 0 } bound ? NoPorts : new()
    {
        Ports =
        [
            .. bound.Distinct().Select(port => new PortConfig
            {
                Name = NullIfEmpty(port.Name),
                Protocol = port.Protocol,
                TargetPort = port.TargetPort,
                PublishedPort = port.PublishedPort,
                PublishMode = "host",
            }),
        ],
    };

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
