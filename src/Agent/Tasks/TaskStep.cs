using Orch.Agent.Engine;
using Orch.Core.Model;
using static Orch.Agent.Tasks.TaskActionKind;

namespace Orch.Agent.Tasks;

/// <summary>
/// One move of one task toward what is wanted, from what is found. Pure, and every move may be repeated: an agent that
/// crashed between a move and its note simply decides again. The caller performs the move and asks again until it is
/// told <see cref="TaskActionKind.Nothing"/> or <see cref="TaskActionKind.Wait"/>.
/// </summary>
public static class TaskStep
{
    public static TaskAction Next(in TaskView task)
    {
        var move = Decide(task);
        return move.IsEngineCall && task.Now < task.DueAt ? TaskAction.Wait(task.DueAt) : move;
    }

    private static TaskAction Decide(in TaskView task)
    {
        if (task.MustLook)
            return TaskAction.Do(Look);
        if (task.HasDuplicate)
            return TaskAction.Do(RemoveDuplicate);
        if (task.Removed)
            return Clear(task) ?? TaskAction.Do(Forget);
        if (task.Orphan)
            return TaskAction.Do(Nothing);
        if (task.State.IsTerminal())
            return AfterTheEnd(task);
        if (task.Desired > TaskState.Running)
            return ShutDown(task);
        return BringUp(task);
    }

    /// <summary>Stops and removes the container; null when there is none.</summary>
    private static TaskAction? Clear(in TaskView task) => task.Container switch
    {
        null => null,
        ContainerStatus.Running => StopOrKill(task),
        _ => TaskAction.Do(Remove),
    };

    private static TaskAction AfterTheEnd(in TaskView task)
    {
        if (task.Container == ContainerStatus.Running)
            return StopOrKill(task);
        if (task.Desired == TaskState.Remove || task.Discard)
            return Clear(task) ?? TaskAction.Do(Nothing);
        return TaskAction.Do(Nothing);
    }

    private static TaskAction ShutDown(in TaskView task) => task.Container == ContainerStatus.Running
        ? StopOrKill(task)
        : TaskAction.Report(TaskState.Shutdown, "shutdown");

    private static TaskAction BringUp(in TaskView task)
    {
        if (task.State < TaskState.Accepted)
            return TaskAction.Report(TaskState.Accepted, "accepted");
        if (task.Problem is { } problem)
            return task.State < TaskState.Starting
                ? TaskAction.Report(TaskState.Rejected, "preparing", problem)
                : TaskAction.Report(TaskState.Failed, "started", problem);
        if (task.Exit is not ExitPhase.None and not ExitPhase.Again)
            return AfterExit(task);
        return task.Container switch
        {
            null => Prepare(task),
            ContainerStatus.Running => WhileRunning(task),
            _ => Launch(task),
        };
    }

    private static TaskAction AfterExit(in TaskView task)
    {
        // An unhealthy container still runs: it has to go before its task may be called failed.
        if (task.Container == ContainerStatus.Running)
            return StopOrKill(task);
        if (task.Exit == ExitPhase.Unclear)
            return TaskAction.Do(Nothing);
        return task.Succeeded
            ? TaskAction.Report(TaskState.Complete, "finished")
            : TaskAction.Report(TaskState.Failed, "started", task.Error);
    }

    private static TaskAction Prepare(in TaskView task)
    {
        if (task.State < TaskState.Preparing)
            return TaskAction.Report(TaskState.Preparing, "preparing");
        return !task.ImageReady ? TaskAction.Do(PrepareImage) : FilesFirst(task) ?? TaskAction.Do(Create);
    }

    private static TaskAction Launch(in TaskView task)
    {
        if (task.State < TaskState.Ready)
            return TaskAction.Report(TaskState.Ready, "prepared");
        if (task.Desired < TaskState.Running)
            return TaskAction.Do(Nothing);
        if (FilesFirst(task) is { } files)
            return files;
        return task.State < TaskState.Starting
            ? TaskAction.Report(TaskState.Starting, "starting")
            : TaskAction.Do(Start);
    }

    /// <summary>Also before a restart: they are in memory, and the machine may have rebooted since.</summary>
    private static TaskAction? FilesFirst(in TaskView task) => task.Files switch
    {
        FilesPhase.Ready => null,
        FilesPhase.Arrived => TaskAction.Do(PlaceFiles),
        _ => TaskAction.Do(Nothing),
    };

    private static TaskAction WhileRunning(in TaskView task)
    {
        if (task.State >= TaskState.Running)
            return TaskAction.Do(Nothing);
        if (task.Health is ContainerHealth.None or ContainerHealth.Healthy && !task.AwaitsPorts)
            return TaskAction.Report(TaskState.Running, task.PortsProblem is { Length: > 0 } problem ? problem : "started");
        return task.State < TaskState.Starting
            ? TaskAction.Report(TaskState.Starting, "starting")
            : TaskAction.Do(Nothing);
    }

    private static TaskAction StopOrKill(in TaskView task) => TaskAction.Do(task.StopFailed ? Kill : Stop);
}
