using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Tests.Simulation;

/// <summary>
/// What an update may do to its service, judged event by event as the log takes them: it takes no more slots down than its
/// parallelism, none at all when it starts first, and it is over only when all slots run the same. Updates that go on after
/// failures, because they were told to, are not judged: nothing is promised of them.
/// </summary>
internal static class UpdateChecker
{
    public static void Before(ClusterState state, ClusterEvent e)
    {
        switch (e)
        {
            case TaskDesiredSet { Desired: > TaskState.Running } set when state.Tasks.Get(set.Id) is { } task:
                Stopping(state, task);
                break;
            case ServiceUpdateProgressed { Update.State: UpdateState.Completed or UpdateState.RollbackCompleted } done
                when state.Services.Get(done.Id) is { IsGlobal: false, IsJob: false } service && IsJudged(service):
                if (state.TaskRecordsOf(service.Id).FirstOrDefault(task => task.IsAlive && !IsCurrent(service, task)) is { } old)
                    Checker.Fail($"the update of {service.Spec.Name} is over and {old.Name} still runs something else");
                break;
        }
    }

    /// <summary>More tasks of a slot than one: while a start-first update replaces it, or while it leaves a drained node.</summary>
    public static void Surge(ClusterState view, Service service)
    {
        if (service.IsGlobal || service.IsJob || !IsJudged(service))
            return;
        var doubled = view.TaskRecordsOf(service.Id).Where(task => task.IsAlive && !IsLeaving(view, task))
            .GroupBy(task => task.Slot).Where(slot => slot.Count() > 1).ToList();
        var most = !StartsFirst(service) ? 0 : service.Spec.UpdateConfig!.Parallelism is { } parallelism and > 0 ? (int)parallelism : int.MaxValue;
        if (doubled.Count > most)
        {
            var shown = string.Join("; ", doubled.SelectMany(slot => slot).Select(task =>
                $"{task.Name} {task.State} wanted {task.Desired} on {task.NodeId}, {(IsCurrent(service, task) ? "new" : "old")} version"));
            Checker.Fail($"{doubled.Count} slots of {service.Spec.Name} have two tasks, {most} may: {shown}");
        }
    }

    /// <summary>A running task of the old version is told to stop: does the service bear it?</summary>
    private static void Stopping(ClusterState state, TaskRecord task)
    {
        if (task is not { IsAlive: true, State: TaskState.Running } || task.Slot.IsGlobal || IsLeaving(state, task)
            || state.Services.Get(task.ServiceId) is not { Update.State: UpdateState.Updating, IsJob: false } service
            || !IsJudged(service) || IsCurrent(service, task) || task.Slot.Number > service.Replicas || HasFailed(state, service))
            return;
        var running = state.TaskRecordsOf(service.Id)
            .Where(other => other is { IsAlive: true, State: TaskState.Running } && other.Id != task.Id).Select(other => other.Slot).ToHashSet();
        if (running.Contains(task.Slot))
            return;
        if (StartsFirst(service))
            Checker.Fail($"{task.Name} is stopped by a start-first update and nothing runs in its place");
        var down = (int)service.Replicas - running.Count(slot => slot.Number <= service.Replicas);
        if (service.Spec.UpdateConfig?.Parallelism is not 0 and var parallelism && down > (int)(parallelism ?? 1))
            Checker.Fail($"{task.Name} is stopped and {down} slots of {service.Spec.Name} are down, {parallelism ?? 1} may be");
    }

    private static bool IsJudged(Service service) => service.Spec.UpdateConfig?.FailureAction != "continue";

    private static bool StartsFirst(Service service) => service.Spec.UpdateConfig?.Order == "start-first";

    private static bool IsCurrent(Service service, TaskRecord task) => task.Spec.Fingerprint == service.TaskSpec.Fingerprint;

    /// <summary>What the new version does by itself is not the update's doing.</summary>
    private static bool HasFailed(ClusterState state, Service service) => state.TaskRecordsOf(service.Id)
        .Any(task => IsCurrent(service, task) && task.State is TaskState.Complete or TaskState.Failed or TaskState.Rejected);

    private static bool IsLeaving(ClusterState state, TaskRecord task) => !task.NodeId.IsNone
        && state.Nodes.Get(task.NodeId) is null or { State: NodeState.Down } or { Spec.Availability: NodeAvailability.Drain };
}
