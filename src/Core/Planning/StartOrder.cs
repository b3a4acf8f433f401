using Orch.Core.Events;
using Orch.Core.Model;

namespace Orch.Core.Planning;

/// <summary>
/// What depends_on means here. A version of a service starts only when the services it depends on are as far as it says:
/// its first tasks get no node before, and an update replaces nothing before. A dependency that fails later takes nothing
/// down, and stops no scaling and no recovery: while one task of the version runs, or when the last that ran ended by
/// itself, others follow without asking. When its machines took the last one away, as at a cold start, one task of each
/// service it depends on is enough. A rollback asks nothing: its version has run already.
/// </summary>
public static class StartOrder
{
    /// <summary>Why tasks of the service may not start yet, for the user; null when they may.</summary>
    public static string? WhyNot(Workspace work, Service service)
    {
        if (service.DependsOn.Count == 0 || service.Update is { State: UpdateState.RollbackStarted } || IsUnderWay(work, service))
            return null;
        return LastThatRan(work, service) switch
        {
            null => First(work, service, Occasion.Start),
            { State: TaskState.Complete or TaskState.Failed } => null,
            _ => First(work, service, Occasion.Recovery),
        };
    }

    /// <summary>True while an update of the service has to wait; its progress says what for.</summary>
    internal static bool HoldsUpdate(Workspace work, Service service)
    {
        if (service.DependsOn.Count == 0 || service.Update is not { State: UpdateState.Updating } update)
            return false;
        var reason = IsUnderWay(work, service) || LastThatRan(work, service) is not null ? null
            : First(work, service, Occasion.Update);
        var message = reason ?? (update.Message.StartsWith(Waiting, StringComparison.Ordinal) ? "update in progress" : update.Message);
        if (message != update.Message)
            work.Emit(new ServiceUpdateProgressed(service.Id, update with { Message = message }, work.Now));
        return reason is not null;
    }

    private const string Waiting = "waiting for ";

    /// <summary>A task of the present version runs, or of a job's present run has.</summary>
    private static bool IsUnderWay(Workspace work, Service service) => work.State.TaskRecordsOf(service.Id).Any(task =>
        service.IsJob ? task.Spec.Version == service.TaskSpec.Version && !task.RunningSince.IsNever
            : IsUp(work, task) && SlotPlanner.IsCurrent(service, task));

    /// <summary>
    /// The task of the present version that was heard of last, if one ever ran. During an update only what ran since it was
    /// asked for: what the user goes back to by an update starts like any other version.
    /// </summary>
    private static TaskRecord? LastThatRan(Workspace work, Service service)
    {
        var since = service.Update is { State: UpdateState.Updating } update ? update.StartedAt : default;
        return work.State.TaskRecordsOf(service.Id)
            .Where(task => !task.RunningSince.IsNever && task.RunningSince >= since && SlotPlanner.IsCurrent(service, task))
            .MaxBy(task => (task.UpdatedAt, task.State));
    }

    private static string? First(Workspace work, Service service, Occasion occasion)
    {
        foreach (var dependency in service.DependsOn)
        {
            if (Unmet(work, dependency, occasion) is { } reason)
                return Waiting + reason;
        }
        return null;
    }

    private static string? Unmet(Workspace work, ServiceDependency dependency, Occasion occasion)
    {
        if (!work.State.ServicesByName.TryGet(dependency.Service, out var id) || work.State.Services.Get(id) is not { } service)
            return dependency.Required && occasion != Occasion.Recovery
                ? $"service {dependency.Service}, which does not exist" : null;
        return IsMet(work, service, dependency.Condition, occasion) ? null
            : dependency.Condition switch
            {
                DependencyCondition.Healthy => $"service {dependency.Service} to be healthy",
                DependencyCondition.Completed => $"service {dependency.Service} to complete",
                _ => $"service {dependency.Service} to start",
            };
    }

    private static bool IsMet(Workspace work, Service service, DependencyCondition condition, Occasion occasion)
    {
        var slots = Slots(work, service).ToList();
        if (occasion == Occasion.Recovery)
            return condition == DependencyCondition.Completed || slots.Count == 0
                || slots.Exists(slot => Meets(work, service, slot, condition, strict: false));
        var strict = occasion == Occasion.Update || service.IsUpdating;
        return slots.TrueForAll(slot => Meets(work, service, slot, condition, strict));
    }

    /// <summary>
    /// All that are wanted. Of a global service those on nodes that can run it now, and at least one: the default slot stands
    /// for a task that is still to come, and is met by none.
    /// </summary>
    private static IEnumerable<SlotKey> Slots(Workspace work, Service service)
    {
        if (!service.IsGlobal)
        {
            for (ulong number = 1; number <= service.Replicas; number++)
                yield return SlotKey.Of(number);
            yield break;
        }
        var any = false;
        foreach (var slot in work.State.TasksOf(service.Id).Slots)
        {
            if (work.State.Nodes.Get(slot.Node) is not { } node || (!node.TakesNewTasks && node.State != NodeState.Unknown))
                continue;
            any = true;
            yield return slot;
        }
        if (!any)
            yield return default;
    }

    /// <summary>Strict: only tasks of the dependency's own present version count, since it is being updated, too.</summary>
    private static bool Meets(Workspace work, Service service, SlotKey slot, DependencyCondition condition, bool strict) =>
        work.State.TasksIn(service.Id, slot).Any(task => condition switch
        {
            DependencyCondition.Completed => task.State == TaskState.Complete && SlotPlanner.IsCurrent(service, task),
            DependencyCondition.Healthy => IsUp(work, task) && (!strict || SlotPlanner.IsCurrent(service, task)),
            _ => (IsUp(work, task) || HasStarted(work, task) || task.State == TaskState.Complete)
                && (!strict || SlotPlanner.IsCurrent(service, task)),
        });

    /// <summary>Running, which includes healthy where there is a check, by the word of a node that was heard since.</summary>
    private static bool IsUp(Workspace work, TaskRecord task) =>
        task is { IsAlive: true, State: TaskState.Running, Status.Restarting: false }
        && work.State.Nodes.Get(task.NodeId) is { State: not NodeState.Unknown };

    /// <summary>Its container runs and its health check has not answered yet.</summary>
    private static bool HasStarted(Workspace work, TaskRecord task) =>
        task is { IsAlive: true, State: TaskState.Starting, Status.Pid: > 0 }
        && work.State.Nodes.Get(task.NodeId) is { State: not NodeState.Unknown };

    /// <summary>What a version asks for: when it starts, when it replaces another, when it ran and was taken away.</summary>
    private enum Occasion
    {
        Start,
        Update,
        Recovery,
    }
}
