using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Tests.Simulation;

/// <summary>
/// depends_on is never violated: no service gets its first task a node before what it follows has run (or completed), and
/// no machine that lost power starts a follower on its own account. Knows who follows whom from the users, not the specs.
/// </summary>
internal sealed class StartOrderChecker
{
    private const long AgentPatience = 60_000_000_000;
    private readonly Dictionary<string, ServiceDependency> _follows = new(StringComparer.Ordinal);

    public void Follows(string service, ServiceDependency dependency) => _follows[service] = dependency;

    /// <summary>State is the log's, before the event.</summary>
    public void Assigned(ClusterState state, TaskAssigned assigned)
    {
        if (state.Tasks.Get(assigned.Id) is not { } task || !_follows.TryGetValue(task.Spec.ServiceName, out var dependency)
            || state.Services.Get(task.ServiceId) is not { } service || service.Update is { State: UpdateState.RollbackStarted }
            || HasRun(state, service))
            return;
        if (!state.ServicesByName.TryGet(dependency.Service, out var id) || state.Services.Get(id) is not { IsGlobal: false } other)
            return;
        if (LastThatRan(state, service) is { } last)
        {
            // It ran before: after its own end it asks nothing, after its machine's end for one task.
            if (last.State is TaskState.Complete or TaskState.Failed || dependency.Condition == DependencyCondition.Completed
                || other.Replicas == 0 || state.TaskRecordsOf(id).Any(found => Meets(other, found, dependency.Condition)))
                return;
            Checker.Fail($"{task.Name} got a node again before any task of {other.Spec.Name} was {dependency.Condition}");
        }
        for (ulong number = 1; number <= other.Replicas; number++)
        {
            if (!state.TasksIn(id, SlotKey.Of(number)).Any(found => Meets(other, found, dependency.Condition)))
                Checker.Fail($"{task.Name} got a node before {other.Spec.Name}.{number} was {dependency.Condition}");
        }
    }

    public void Starts(ClusterState state, Box box, long sinceBoot)
    {
        if (box.LostPower && sinceBoot < AgentPatience && state.Tasks.Get(box.Task) is { } task
            && _follows.ContainsKey(task.Spec.ServiceName))
            Checker.Fail($"{task.Name} was started again {sinceBoot / 1e9:0.000} s after the boot, before anybody asked what it follows");
    }

    private static TaskRecord? LastThatRan(ClusterState state, Service service) => state.TaskRecordsOf(service.Id)
        .Where(task => !task.RunningSince.IsNever && (task.Spec.Version == service.TaskSpec.Version
            || (!service.IsJob && task.Spec.Fingerprint == service.TaskSpec.Fingerprint)))
        .MaxBy(task => (task.UpdatedAt, task.State));

    private static bool HasRun(ClusterState state, Service service) => state.TaskRecordsOf(service.Id).Any(task =>
        !task.RunningSince.IsNever && (service.IsJob ? task.Spec.Version == service.TaskSpec.Version
            : task.IsAlive && task.Spec.Fingerprint == service.TaskSpec.Fingerprint));

    private static bool Meets(Service other, TaskRecord task, DependencyCondition condition) => condition switch
    {
        DependencyCondition.Completed => task.State == TaskState.Complete && task.Spec.Version == other.TaskSpec.Version,
        DependencyCondition.Started => task.State == TaskState.Complete || !task.RunningSince.IsNever,
        _ => task.IsAlive && !task.RunningSince.IsNever,
    };
}
