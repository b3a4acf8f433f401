using Orch.Core.Model;

namespace Orch.Core.Planning;

/// <summary>Takes one slot to the service's present version, in the order that the update asks for.</summary>
internal static class SlotUpdate
{
    public static void Start(Workspace work, Service service, SlotKey slot, bool startFirst)
    {
        var outdated = SlotPlanner.Alive(work, service, slot).Where(t => !SlotPlanner.IsCurrent(service, t)).ToList();
        if (startFirst)
        {
            StartBeside(work, service, slot);
            return;
        }
        TaskCreation.Create(work, service, slot, TaskState.Ready, default, RestartHistory.None);
        foreach (var task in outdated)
            SlotPlanner.Stop(work, task);

        // Nothing had to be stopped (it was not placed yet, or its node is down): the new one need not wait either.
        SlotPlanner.Plan(work, service, slot);
    }

    /// <summary>The old task goes on until the new one runs; one that failed before is tried again as its policy says.</summary>
    private static void StartBeside(Workspace work, Service service, SlotKey slot)
    {
        if (SlotPlanner.LastEnded(work, service, slot) is not { } ended)
            TaskCreation.Create(work, service, slot, TaskState.Running, default, RestartHistory.None);
        else if (RestartRules.Next(ended, service.TaskSpec.Restart, work.Now) is { } next)
            TaskCreation.Create(work, service, slot,
                next.NotBefore > work.Now ? TaskState.Ready : TaskState.Running, next.NotBefore, next.History);
    }
}
