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
        var config = service.ActiveUpdateConfig;
        var monitor = config?.Monitor is { } ns and > 0 ? SpecDefaults.Nanos(ns) : SpecDefaults.UpdateMonitor;
        if (!task.RunningSince.IsNever && task.UpdatedAt - task.RunningSince > monitor)
            return;
        var progress = service.Update! with { Failures = service.Update.Failures + 1 };
        var slots = service.IsGlobal ? (ulong)work.State.TasksOf(id).SlotCount : service.Replicas;
        var exceeded = progress.Failures / (double)Math.Max(slots, 1) > (config?.MaxFailureRatio ?? 0);
        React(work, service, task, progress, exceeded ? config?.FailureAction ?? "pause" : "continue");
    }

    private static void React(Workspace work, Service service, TaskRecord task, UpdateProgress progress, string action)
    {
        var rollingBack = progress.State == UpdateState.RollbackStarted;
        var cause = $"due to failure or early termination of task {task.Id}";
        if (action == "rollback" && !rollingBack && service.PreviousSpec is { } previous)
        {
            // Open ports of the previous spec keep the numbers they have now: nobody asked for new ones.
            var ports = PublishedPorts.Choose(work.State, previous, service).Ports;
            var update = ServiceUpdates.To(service, previous, ports, UpdateState.RollbackStarted, work.Now);
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
                Message = $"{(rollingBack ? "rollback" : "update")} paused {cause}",
            };
        }
        work.Emit(new ServiceUpdateProgressed(service.Id, progress, work.Now));
    }
}
