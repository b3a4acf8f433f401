using Orch.Agent.Engine;
using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>
/// Takes in the engine's answers. A call without an answer may have worked or not, so the task is looked at afresh; a
/// refusal is the task's end where it was on its way up, and is tried again, ever more slowly, on its way down.
/// </summary>
internal sealed class AnswerDesk(
    CoreState core, TaskSet tasks, ImageShelf images, FileShelf files, ContainerWatch watch, ExitDesk exits, ReportDesk reports,
    ReadinessDesk readiness, Outbox outbox)
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(500);
    private const int LongestDelayShift = 6;

    public void Image(EngineCall.PrepareImage call, EngineAnswer answer)
    {
        foreach (var id in images.Arrived(call, answer.Image))
        {
            if (tasks.Find(id) is not { } task)
                continue;
            if (answer.Error is { Fault: EngineFault.Unreachable })
                Later(task);
            else if (answer.Error is { } error)
                task.Problem = error.Message;
            else
                task.Fetched = true;
            tasks.Queue(task);
        }
    }

    public void Task(EngineCall call, TaskId id, EngineAnswer answer)
    {
        if (tasks.Find(id) is not { } task)
            return;
        if (call is EngineCall.Inspect { Detail: true })
        {
            Detail(task, answer);
            return;
        }
        if (call is EngineCall.AwaitPorts)
        {
            readiness.Answered(task, call, answer);
            return;
        }
        if (task.Pending?.Id != call.Id)
            return;
        task.Pending = null;
        tasks.Queue(task);
        if (answer.Error is { } error)
            Refused(task, call, error);
        else
            Succeeded(task, call, answer);
    }

    private void Succeeded(LocalTask task, EngineCall call, EngineAnswer answer)
    {
        task.Refusals = 0;
        switch (call)
        {
            case EngineCall.PlaceFiles:
                files.Placed(task.Id);
                break;
            case EngineCall.Create:
                task.Container = new() { Id = answer.Container!, Status = ContainerStatus.Created };
                break;
            case EngineCall.Start:
                Started(task);
                break;
            case EngineCall.Stop or EngineCall.Kill:
                // The event with the exit code is usually here already.
                task.MustLook |= task.Container is { Status: ContainerStatus.Running };
                break;
            case EngineCall.Remove remove:
                Removed(task, remove.Container);
                break;
            case EngineCall.Look or EngineCall.Inspect:
                var old = task.LookIsOld;
                watch.Observe(task, answer.Found, ExitCause.Own);
                task.MustLook = old;
                break;
        }
    }

    private void Started(LocalTask task)
    {
        task.Ledger.Started(outbox.Now);
        if (task.Container is not { Status: ContainerStatus.Created } container)
            return;
        var check = HasHealthcheck(task);
        task.Container = container with
        {
            Status = ContainerStatus.Running,
            Health = check == true && container.Health == ContainerHealth.None ? ContainerHealth.Starting : container.Health,
        };
        task.MustLook |= check is null;
        readiness.Runs(task, check);
        if (task.State >= TaskState.Running)
            reports.Mark(task);
        outbox.Call(new EngineCall.Inspect(outbox.NextCall(), task.Id, container.Id, Detail: true));
    }

    /// <summary>Null: the image decides, and nobody has looked at it.</summary>
    private bool? HasHealthcheck(LocalTask task) => task.Spec?.Template.ContainerSpec?.Healthcheck?.Test switch
    {
        ["NONE", ..] => false,
        { Count: > 0 } => true,
        _ => images.Find(task.Image)?.HasHealthcheck,
    };

    private static void Removed(LocalTask task, string container)
    {
        if (!task.Duplicates.Remove(container))
            task.Container = null;
    }

    private void Detail(LocalTask task, EngineAnswer answer)
    {
        if (answer.Found is not [var found] || task.Container is not { Status: ContainerStatus.Running } container
            || found.Id != container.Id || found.Status != ContainerStatus.Running)
            return;
        if (container.Pid == found.Pid && container.Ports.SequenceEqual(found.Ports))
            return;
        task.Container = container with { Pid = found.Pid, Ports = found.Ports };
        if (!task.State.IsTerminal())
            reports.Mark(task);
    }

    private void Refused(LocalTask task, EngineCall call, EngineError error)
    {
        if (error.Fault == EngineFault.Unreachable)
        {
            task.MustLook = true;
            if (call is EngineCall.Create && error.Message != task.Message)
                reports.Waits(task, error.Message);
            if (core.EngineUp)
                Later(task);
            return;
        }
        switch (call)
        {
            case EngineCall.PlaceFiles: task.Problem = error.Message; break;
            case EngineCall.Create: NotCreated(task, error); break;
            case EngineCall.Start: NotStarted(task, error); break;
            default: NotEnded(task, call, error); break;
        }
    }

    private void NotCreated(LocalTask task, EngineError error)
    {
        var imageGone = error.Fault == EngineFault.NotFound
            && error.Message.Contains("No such image", StringComparison.OrdinalIgnoreCase);
        if (imageGone && !task.ImageVanished)
        {
            // Removed since we looked: fetch it, once.
            task.ImageVanished = true;
            task.Fetched = false;
            images.Forget(task.Image);
        }
        else if (error.Fault == EngineFault.Conflict && ++task.NameConflicts == 1)
            task.MustLook = true;
        else
            task.Problem = error.Message;
    }

    private void NotStarted(LocalTask task, EngineError error)
    {
        if (error.Message.Contains("No such container", StringComparison.OrdinalIgnoreCase))
        {
            task.MustLook = true;
            return;
        }
        if (task.IsWindingDown)
            return;
        exits.NotStarted(task, error);
    }

    private void NotEnded(LocalTask task, EngineCall call, EngineError error)
    {
        task.MustLook = true;
        task.StopFailed |= call is EngineCall.Stop && error.Fault != EngineFault.NotFound;
        if (error.Fault == EngineFault.NotFound)
            return;
        outbox.Warn($"task {task.Id}: {call.GetType().Name} refused: {error.Message}");
        Later(task);
    }

    private void Later(LocalTask task) =>
        task.DueAt = outbox.Now.Uptime + FirstDelay * (1 << Math.Min(task.Refusals++, LongestDelayShift));
}
