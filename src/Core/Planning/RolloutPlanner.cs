using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Core.Planning;

/// <summary>
/// Which slots of a service may go to the new version next. Everything is derived from durable stamps (running since,
/// update started), so a new leader continues where the old one stood. A slot that changed costs that slot: where the
/// others stand is remembered.
/// </summary>
internal sealed class RolloutPlanner(DueTimes due)
{
    private readonly Dictionary<ServiceId, RolloutSurvey> _surveys = [];

    public void Forget(ServiceId service) => _surveys.Remove(service);

    /// <summary>A slot of a service that is updating changed.</summary>
    public void Touch(Workspace work, Service service, SlotKey slot)
    {
        if (_surveys.TryGetValue(service.Id, out var survey) && survey.IsOf(service))
            survey.Look(work, service, slot);
    }

    public void Plan(Workspace work, Service service)
    {
        if (!_surveys.TryGetValue(service.Id, out var survey) || !survey.IsOf(service))
            _surveys[service.Id] = survey = new(work, service, due);
        if (!survey.IsOf(work.State.Services.Get(service.Id)!))
            return;
        var config = service.ActiveUpdateConfig;
        var parallelism = config?.Parallelism ?? SpecDefaults.UpdateParallelism;
        if (survey.OutdatedCount > 0 && StartOrder.HoldsUpdate(work, service))
        {
            Wait(work, work.State.Services.Get(service.Id)!);
            return;
        }
        var room = parallelism == 0 ? survey.OutdatedCount : (int)Math.Min(parallelism, int.MaxValue) - survey.Busy;
        foreach (var slot in survey.Outdated(Math.Max(room, 0)))
        {
            // What is left over follows: every slot that starts brings its service here again. So does a pause.
            if (work.EventCount > ClusterPlanner.Budget || !survey.IsOf(work.State.Services.Get(service.Id)!))
                return;
            SlotUpdate.Start(work, service, slot, startFirst: config?.Order == "start-first");
            survey.Look(work, service, slot);
        }
        if (survey.IsDone && work.State.Services.Get(service.Id) is { IsUpdating: true } now && survey.IsOf(now))
            Finish(work, now);
    }

    /// <summary>An update that may not begin has no task whose time could be over: its own is.</summary>
    private void Wait(Workspace work, Service service)
    {
        if (service.ActiveUpdateConfig.Deadline() is not { } deadline)
            return;
        var overdueAt = service.Update!.StartedAt + deadline;
        if (overdueAt > work.Now)
            due.Service(service.Id, overdueAt);
        else
            UpdateFailures.NeverBegan(work, service, deadline);
    }

    private void Finish(Workspace work, Service service)
    {
        var watchedUntil = LastRunningSince(work, service) is { IsNever: false } last
            ? last + service.ActiveUpdateConfig.LastWatch() : work.Now;
        if (watchedUntil > work.Now)
        {
            due.Service(service.Id, watchedUntil);
            return;
        }
        var rollback = service.Update!.State == UpdateState.RollbackStarted;
        work.Emit(new ServiceUpdateProgressed(service.Id, service.Update with
        {
            State = rollback ? UpdateState.RollbackCompleted : UpdateState.Completed,
            CompletedAt = work.Now,
            Message = rollback ? "rollback completed" : "update completed",
        }, work.Now));
        Forget(service.Id);
    }

    /// <summary>Of the tasks that are the update's result; default when none runs.</summary>
    private static Timestamp LastRunningSince(Workspace work, Service service)
    {
        var last = default(Timestamp);
        foreach (var task in work.State.TaskRecordsOf(service.Id))
        {
            if (task is { IsAlive: true, State: TaskState.Running } && task.RunningSince > last && SlotPlanner.IsCurrent(service, task))
                last = task.RunningSince;
        }
        return last;
    }
}
