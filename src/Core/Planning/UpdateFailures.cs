using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Core.Planning;

/// <summary>
/// A task of the new version that ends before it ran for the monitor's time is a failure of the update; when failures
/// exceed the allowed ratio the update pauses or rolls back, as its failure action says (features.md §2.2).
/// </summary>
internal static class UpdateFailures
{
    public static void Ended(Workspace work, ServiceId id, TaskRecord task)
    {
        if (work.State.Services.Get(id) is not { IsUpdating: true } service || !SlotPlanner.IsCurrent(service, task))
            return;
        if (!task.RunningSince.IsNever && task.UpdatedAt - task.RunningSince > service.ActiveUpdateConfig.MonitorTime())
            return;
        Count(work, service, $"due to failure or early termination of task {task.Id}");
    }

    /// <summary>
    /// A task that did not get to running within the progress deadline: it fails its update and makes room for another try.
    /// </summary>
    public static void Overdue(Workspace work, Service service, TaskRecord task, TimeSpan deadline)
    {
        var cause = $"did not run within {Words(deadline)}";
        if (task.NodeId.IsNone)
        {
            // No agent will ever report on it: it ends here, with the reason it waited for, and counts when it is retired.
            var error = task.Status.Error is { Length: > 0 } why ? $"{cause}: {why}" : cause;
            var status = task.Status with { State = TaskState.Rejected, At = work.Now, Message = "rejected", Error = error };
            work.Emit(new TaskResult(task.Id, status, work.Now));
            return;
        }
        work.Emit(new TaskDesiredSet(task.Id, TaskState.Shutdown, work.Now));
        var now = task.Status.Error is { Length: > 0 } reason ? $": {reason}" : $" (it was {task.State.Word()})";
        Count(work, service, $"because task {task.Id} {cause}{now}");
    }

    /// <summary>Nothing of the new version was tried; how many may fail does not matter.</summary>
    public static void NeverBegan(Workspace work, Service service, TimeSpan deadline)
    {
        if (ActionOf(service) is not "continue" and var action)
            React(work, service, $"because it could not begin within {Words(deadline)}: {service.Update!.Message}",
                service.Update, action);
    }

    private static string ActionOf(Service service) =>
        service.ActiveUpdateConfig?.FailureAction is { Length: > 0 } given ? given : "pause";

    private static string Words(TimeSpan time) => time.Ticks % TimeSpan.TicksPerMinute == 0
        ? $"{time.Ticks / TimeSpan.TicksPerMinute} min" : $"{time.TotalSeconds:0.###} s";

    private static void Count(Workspace work, Service service, string cause)
    {
        var config = service.ActiveUpdateConfig;
        var progress = service.Update! with { Failures = service.Update.Failures + 1 };
        var slots = service.IsGlobal ? (ulong)work.State.TasksOf(service.Id).SlotCount : service.Replicas;
        var exceeded = progress.Failures / (double)Math.Max(slots, 1) > (config?.MaxFailureRatio ?? 0);
        React(work, service, cause, progress, exceeded ? ActionOf(service) : "continue");
    }

    private static void React(Workspace work, Service service, string cause, UpdateProgress progress, string action)
    {
        var rollingBack = progress.State == UpdateState.RollbackStarted;
        ServiceGrant given = default;
        var missing = service.PreviousSpec is { } spec && action == "rollback" && !rollingBack
            ? FileRules.CheckExist(work.State, spec)
                ?? (given = DecideService.Given(work.State, spec, service, work.Step)).Refusal : null;
        if (action == "rollback" && !rollingBack && missing is null && service.PreviousSpec is { } previous)
        {
            // Open ports of the previous spec keep the numbers they have now: nobody asked for new ones.
            foreach (var before in given.Vips.Before)
                work.Emit(before);
            var update = ServiceUpdates.To(
                service, previous, given.Ports, given.Vips.Vips, UpdateState.RollbackStarted, work.Now);
            work.Emit(update with
            {
                Update = progress with
                {
                    State = UpdateState.RollbackStarted,
                    Message = $"update rolled back {cause}",
                    Failures = 0,
                },
            });
            return;
        }
        if (action != "continue")
        {
            progress = progress with
            {
                State = rollingBack ? UpdateState.RollbackPaused : UpdateState.Paused,
                Message = $"{(rollingBack ? "rollback" : "update")} paused {cause}"
                    + (action == "rollback" && missing is not null ? $"; it cannot roll back: {missing.Message}" : ""),
            };
        }
        work.Emit(new ServiceUpdateProgressed(service.Id, progress, work.Now));
    }
}
