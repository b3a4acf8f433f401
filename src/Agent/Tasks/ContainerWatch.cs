using System.Globalization;
using Orch.Agent.Engine;
using Orch.Contracts.Agent;
using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>Takes in what the engine shows of our containers, in lists and in events.</summary>
internal sealed class ContainerWatch(CoreState core, TaskSet tasks, ExitDesk exits, ImageShelf images, ReadinessDesk readiness)
{
    /// <summary>The whole truth: every task is compared with it.</summary>
    public void Listed(IReadOnlyList<ContainerState> containers, ExitCause cause)
    {
        var found = containers.Where(IsOurs).ToLookup(c => TaskOf(c.Labels));
        foreach (var group in found.Where(g => !g.Key.IsNone))
            _ = tasks.FindOrAdd(group.Key);
        foreach (var task in tasks.All)
        {
            Observe(task, [.. found[task.Id]], cause);
            tasks.Queue(task);
        }
    }

    /// <summary>One task's containers as they are: one is kept, the running one before all.</summary>
    public void Observe(LocalTask task, IReadOnlyList<ContainerState> found, ExitCause cause)
    {
        var mine = task.Container?.Id;
        var kept = found.OrderByDescending(Worth).ThenByDescending(c => c.Id == mine)
            .ThenBy(c => c.Id, StringComparer.Ordinal).FirstOrDefault();
        task.Duplicates.Clear();
        task.Duplicates.AddRange(found.Where(c => c != kept).Select(c => c.Id));
        var before = task.Container;
        task.Container = kept;
        task.MustLook = false;
        if (task.Assignment is null)
        {
            task.State = kept is { Status: ContainerStatus.Running } ? TaskState.Running : TaskState.New;
            task.At = kept?.StartedAt ?? 0;
        }
        else if (kept is { Status: ContainerStatus.Running })
            Runs(task, kept);
        else if ((task.Exit == ExitPhase.None || task.Unhealthy) && WasStarted(task, before, kept))
            exits.Stopped(task, cause);
        tasks.Queue(task);
    }

    public void Happened(EngineEvent happened)
    {
        if (happened.Kind == EngineEventKind.ImagesChanged)
        {
            images.ForgetAll();
            return;
        }
        if (happened.Labels.GetValueOrDefault(ContainerLabels.Cluster) != core.Identity.Cluster.ToString()
            || tasks.Find(TaskOf(happened.Labels)) is not { } task)
            return;
        tasks.Queue(task);
        task.LookIsOld = true;
        if (task.Container is not { } container || container.Id != happened.Container)
        {
            // Its creation or removal is under way, or it is no child of ours: look when there is time.
            task.MustLook |= task.Pending is null && happened.Kind == EngineEventKind.Started;
            return;
        }
        Apply(task, container, happened);
    }

    private void Apply(LocalTask task, ContainerState container, EngineEvent happened)
    {
        if (happened.At != 0 && happened.At < Math.Max(task.StartIssuedAt, container.StartedAt))
        {
            // About an earlier run, or the clock was set back: only a look can tell.
            task.MustLook = true;
            return;
        }
        switch (happened.Kind)
        {
            case EngineEventKind.Started when container.Status != ContainerStatus.Running:
                if (task.Pending is null)
                    task.MustLook = true;
                break;
            case EngineEventKind.Died when container.Status != ContainerStatus.Exited:
                task.Container = container with { Status = ContainerStatus.Exited, ExitCode = happened.ExitCode, Pid = 0 };
                exits.Stopped(task, ExitCause.Own);
                break;
            case EngineEventKind.OutOfMemory:
                task.OutOfMemory = true;
                break;
            case EngineEventKind.Healthy:
                task.Container = container with { Health = ContainerHealth.Healthy };
                break;
            case EngineEventKind.Unhealthy:
                task.Container = container with { Health = ContainerHealth.Unhealthy };
                exits.Unhealthy(task);
                break;
            case EngineEventKind.Destroyed when task.Pending is not EngineCall.Remove:
                task.Container = null;
                if (container.Status == ContainerStatus.Running)
                    exits.Stopped(task, ExitCause.Own);
                break;
        }
    }

    private void Runs(LocalTask task, ContainerState kept)
    {
        task.Exit = ExitPhase.None;
        readiness.Runs(task, kept.Health != ContainerHealth.None);
        if (kept.Health == ContainerHealth.Unhealthy)
            exits.Unhealthy(task);
    }

    /// <summary>A container that was only created owes nobody an explanation for not running.</summary>
    private static bool WasStarted(LocalTask task, ContainerState? before, ContainerState? kept) =>
        kept is { Status: ContainerStatus.Exited }
        || before is { Status: ContainerStatus.Running }
        || (kept is null && task.State is TaskState.Running);

    private static int Worth(ContainerState container) => container.Status switch
    {
        ContainerStatus.Running => 2,
        ContainerStatus.Created => 0,
        _ => 1,
    };

    private bool IsOurs(ContainerState container) =>
        container.Labels.GetValueOrDefault(ContainerLabels.Cluster) == core.Identity.Cluster.ToString();

    private static TaskId TaskOf(IReadOnlyDictionary<string, string> labels) =>
        Ids.TryParse<TaskId>(labels.GetValueOrDefault(ContainerLabels.Task), out var id) ? id : default;
}
