using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Core.Commands;

/// <summary>
/// What an agent observed becomes events: durable for the first running and the terminal result, volatile for the rest.
/// Reports about tasks of other nodes, unknown tasks and steps back are old messages and change nothing.
/// </summary>
internal static class DecideReports
{
    public static Decision For(ClusterState state, ReportTasks command, StepContext step)
    {
        var events = new List<ClusterEvent>();
        foreach (var observed in command.Tasks)
        {
            if (state.Tasks.TryGet(observed.Id, out var task) && task.NodeId == command.Node)
                AddEvent(events, task, observed.Status, step.Now);
        }
        if (command.Complete)
            AddLost(state, command, events, step.Now);
        return Decision.Accept(events);
    }

    private static void AddEvent(List<ClusterEvent> events, TaskRecord task, ObservedStatus status, Timestamp now)
    {
        if (task.State.IsTerminal() || status == task.Status)
            return;
        if (status.State < task.State)
        {
            // No step back: its node was down or its agent was, and what ran is being brought up or looked at again.
            if (task is { State: TaskState.Running, Status.Restarting: false })
                events.Add(new TaskProgress(task.Id, task.Status with { Restarting = true }));
            return;
        }
        var firstRun = status.State == TaskState.Running && task.RunningSince.IsNever;
        if (firstRun || status.State.IsTerminal())
            events.Add(new TaskResult(task.Id, status, now));
        else
            events.Add(new TaskProgress(task.Id, status));
    }

    /// <summary>
    /// A task that was running there and that its agent no longer knows (disk lost, state directory removed) is gone: nobody
    /// would ever report its end. One that is only assigned may simply not have reached the agent yet.
    /// </summary>
    private static void AddLost(ClusterState state, ReportTasks command, List<ClusterEvent> events, Timestamp now)
    {
        var known = command.Tasks.Select(task => task.Id).ToHashSet();
        foreach (var task in state.TasksOn(command.Node))
        {
            if (task.RunningSince.IsNever || task.State.IsTerminal() || known.Contains(task.Id))
                continue;
            var lost = task.Status with
            {
                State = TaskState.Failed,
                At = now,
                Message = "lost",
                Error = "task: its node no longer knows it (was the node's data directory removed?)",
            };
            events.Add(new TaskResult(task.Id, lost, now));
        }
    }
}
