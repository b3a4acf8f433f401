using Orch.Core.Events;
using Orch.Core.Model;

namespace Orch.Core.Planning;

/// <summary>Forgets tasks that nobody needs: removed ones at once, finished ones beyond the history limit of their slot.</summary>
internal static class HistoryPruner
{
    public static void Prune(Workspace work, ServiceId service, SlotKey slot)
    {
        var limit = work.State.Cluster?.Settings.TaskHistoryLimit ?? new ClusterSettings().TaskHistoryLimit;
        var finished = new List<TaskRecord>();
        var tasks = work.State.TasksIn(service, slot);

        // The slot's memory: without its last task, an empty slot looks as if nothing had ever run (and ended) in it, and
        // a successor without a node as if it were the first of its version.
        var keep = Math.Max(limit, tasks.Any(task => task.IsAlive && !task.NodeId.IsNone) ? 0 : 1);
        foreach (var task in tasks)
        {
            if (task.Desired <= TaskState.Running || !IsOver(work, task) || IsJobsMemory(work, task, tasks[^1]))
                continue;
            if (task.Desired == TaskState.Remove || NodeGone(work, task))
                work.Emit(new TaskRemoved(task.Id));
            else if (task.State.IsTerminal())
                finished.Add(task);
        }
        for (var i = 0; i < finished.Count - keep; i++)
            work.Emit(new TaskRemoved(finished[i].Id));
    }

    /// <summary>That a slot completed (or tried for the last time) in this run of its job is known by this record alone.</summary>
    private static bool IsJobsMemory(Workspace work, TaskRecord task, TaskRecord newest) =>
        task.Spec.JobIteration is not null && task.State.IsTerminal() && task.Desired == TaskState.Shutdown
        && (task.State == TaskState.Complete || task.Id == newest.Id)
        && work.State.Services.Get(task.ServiceId)?.TaskSpec.Version == task.Spec.Version;

    /// <summary>No container of it can be running where anybody would report it.</summary>
    private static bool IsOver(Workspace work, TaskRecord task) =>
        task.State.IsTerminal() || task.NodeId.IsNone || NodeGone(work, task)
        || (task.Desired == TaskState.Remove && work.State.Nodes.Get(task.NodeId) is { State: NodeState.Down });

    private static bool NodeGone(Workspace work, TaskRecord task) =>
        !task.NodeId.IsNone && !work.State.Nodes.Contains(task.NodeId);
}
