using Orch.Agent.Engine;
using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>What happens when a container stopped that was meant to run.</summary>
internal sealed class ExitDesk(CoreState core, ExitWatch watch, TaskSet tasks, ReportDesk reports, Outbox outbox)
{
    private static readonly TimeSpan ManagerPatience = TimeSpan.FromSeconds(60);

    /// <summary>The task's container does not run any more (or is gone: then it is null).</summary>
    public void Stopped(LocalTask task, ExitCause cause)
    {
        task.StopFailed = false;
        tasks.Queue(task);
        if (task.IsWindingDown)
        {
            task.ExitCode ??= task.Container?.ExitCode;
            return;
        }
        Describe(task);
        if (cause != ExitCause.Own || task.Unhealthy)
            Decide(task, cause);
        else
        {
            task.Exit = ExitPhase.Unclear;
            watch.Ask(task);
        }
    }

    /// <summary>The engine would not start it.</summary>
    public void NotStarted(LocalTask task, EngineError error)
    {
        task.Succeeded = false;
        task.ExitCode = null;
        task.ExitError = $"starting container failed: {error.Message}";
        Decide(task, ExitCause.Own);
    }

    public void Unhealthy(LocalTask task)
    {
        if (task.IsWindingDown || task.Container is not { Status: ContainerStatus.Running })
            return;
        task.Unhealthy = true;
        task.Exit = ExitPhase.Unclear;
        tasks.Queue(task);
    }

    public void Known(IReadOnlyList<LocalTask> dead, ExitCause cause)
    {
        foreach (var task in dead)
        {
            // Unclear while it still runs: unhealthy, and not yet stopped.
            if (task.Container is not { Status: ContainerStatus.Running })
                Decide(task, cause);
        }
    }

    private void Decide(LocalTask task, ExitCause cause)
    {
        var verdict = ExitPolicy.Decide(
            cause, task.Succeeded, core.ManagerListens, task.Spec?.Template.RestartPolicy, task.Ledger, outbox.Now);
        task.Exit = verdict.Again ? ExitPhase.Again : ExitPhase.Over;
        task.Unhealthy = false;
        tasks.Queue(task);
        if (!verdict.Again)
            return;
        if (cause is ExitCause.Reboot or ExitCause.AgentAway && task.HasDependencies)
        {
            InOrder(task);
            return;
        }
        task.Ledger.Restarted(verdict.Charged, outbox.Now);
        task.DueAt = outbox.Now.Uptime + verdict.Delay;
        var charged = verdict.Charged ? outbox.Now.UnixNanos : 0;
        outbox.Persist(new JournalEntry.Restarted(task.Id, task.Ledger.Count, charged));
        outbox.Note($"task {task.Id}: container stopped ({cause}); starting it again in {verdict.Delay.TotalSeconds:0.#} s");
    }

    /// <summary>
    /// The machine was down, or the agent was and nobody knows why this stopped: what starts after others starts anew, at
    /// the manager's word. Without one it does not wait for ever.
    /// </summary>
    private void InOrder(LocalTask task)
    {
        task.AwaitsOrder = true;
        task.DueAt = outbox.Now.Uptime + ManagerPatience;
        if (core.ManagerListens)
            ManagerCame();
        else
            outbox.Note($"task {task.Id}: stopped while nobody watched; it waits for a manager, which knows whether what it depends on is up");
    }

    public void ManagerCame()
    {
        foreach (var task in tasks.All.Where(task => task.AwaitsOrder).ToList())
        {
            task.AwaitsOrder = false;
            if (task is { IsWindingDown: false, Exit: ExitPhase.Again, Pending: null })
                reports.Note(task, TaskState.Orphaned, "its machine was down", "");
            task.DueAt = default;
            tasks.Queue(task);
        }
    }

    private static void Describe(LocalTask task)
    {
        var found = task.Container;
        task.ExitCode = found?.ExitCode;
        task.Succeeded = found is { ExitCode: 0, Error: "" } && !task.Unhealthy;
        task.ExitError = task switch
        {
            { Unhealthy: true } => "task: unhealthy container",
            { Container: null } => "task: its container was removed by someone else",
            _ when found!.Error.Length > 0 => $"task: non-zero exit ({found.ExitCode}): {found.Error}",
            _ when task.OutOfMemory || found.OutOfMemory =>
                $"task: non-zero exit ({found.ExitCode}): out of memory; raise the memory limit",
            _ => $"task: non-zero exit ({found.ExitCode})",
        };
    }
}
