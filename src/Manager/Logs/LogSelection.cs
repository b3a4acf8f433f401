using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Manager.Logs;

/// <summary>
/// Whose logs are read: found once in a whole view, then decided task by task as the cluster changes. Only tasks that
/// have got as far as a container count.
/// </summary>
public sealed record LogSelection
{
    public const string StackLabel = "com.docker.stack.namespace";

    private readonly Func<ClusterState, IEnumerable<TaskRecord>> _all;
    private readonly Func<ClusterState, TaskRecord, bool> _includes;
    private readonly Func<ClusterState, bool> _exists;

    // Whether it exists is a search through all services, so it is asked only when one of them changed.
    private readonly bool _isStack;

    private LogSelection(
        Func<ClusterState, IEnumerable<TaskRecord>> all, Func<ClusterState, TaskRecord, bool> includes,
        Func<ClusterState, bool> exists, bool isStack = false) => (_all, _includes, _exists, _isStack) = (all, includes, exists, isStack);

    public static LogSelection Of(Service service) => new(
        view => view.TaskRecordsOf(service.Id), (_, task) => task.ServiceId == service.Id,
        view => view.Services.Contains(service.Id));

    /// <summary>A task never runs again: following it ends with its log.</summary>
    public static LogSelection Of(TaskRecord task) => new(
        view => view.Tasks.Get(task.Id) is { } found ? [found] : [], (_, other) => other.Id == task.Id,
        view => view.Tasks.Get(task.Id) is { State: <= TaskState.Running });

    public static LogSelection Of(Node node) => new(
        view => view.TasksOn(node.Id), (_, task) => task.NodeId == node.Id, view => view.Nodes.Contains(node.Id));

    /// <summary>Services that join the stack later belong to it too.</summary>
    public static LogSelection OfStack(string name) => new(
        view => view.Services.Values.Where(service => IsOf(name, service)).SelectMany(s => view.TaskRecordsOf(s.Id)),
        (view, task) => IsOf(name, view.Services.Get(task.ServiceId)),
        view => view.Services.Values.Any(service => IsOf(name, service)), isStack: true);

    public static bool IsOf(string stack, Service? service) => service?.Spec.Labels?.GetValueOrDefault(StackLabel) == stack;

    public IEnumerable<TaskRecord> In(ClusterState view) => _all(view).Where(HasLog);

    /// <summary>Those among the changed.</summary>
    public IEnumerable<TaskRecord> In(ClusterState view, Changes changes) =>
        changes.Tasks.Select(view.Tasks.Get).OfType<TaskRecord>().Where(task => HasLog(task) && _includes(view, task));

    /// <summary>Nothing new can come: following may end once everything was read.</summary>
    public bool IsOver(ClusterState view, Changes? changes) => (changes is not { Services.Count: 0 } || !_isStack) && !_exists(view);

    private static bool HasLog(TaskRecord task) => !task.NodeId.IsNone && task.State >= TaskState.Starting;
}
