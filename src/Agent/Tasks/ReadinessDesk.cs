using Orch.Agent.Engine;

namespace Orch.Agent.Tasks;

/// <summary>
/// Whether a task is ready for others: asks about its ports once in each run, and says to names and rules whenever it
/// becomes fit for new connections, or stops to be. Made from what is known of its container, so that it is right after
/// anything: a lost answer, an exit that nobody saw, an agent or an engine that was away.
/// </summary>
internal sealed class ReadinessDesk(ImageShelf images, TaskSet tasks, Outbox outbox)
{
    /// <summary>Its container runs. Health check null: the image decides, and nobody has looked at it.</summary>
    public void Runs(LocalTask task, bool? hasHealthcheck)
    {
        if (task.PortsAsked || hasHealthcheck is not { } has || PortProbe.Of(task, images.Find(task.Image), has) is not { } probe)
            return;
        task.PortsAsked = true;
        if (probe.Ports.Count == 0)
            return;
        task.PortsCall = outbox.NextCall();
        outbox.Call(new EngineCall.AwaitPorts(task.PortsCall, task.Id, probe));
    }

    public void Answered(LocalTask task, EngineCall call, EngineAnswer answer)
    {
        if (task.PortsCall != call.Id)
            return;
        task.PortsCall = 0;
        task.PortsProblem = answer.Error?.Message ?? "";
        if (answer.Error is { } error && !task.IsWindingDown)
            outbox.Warn($"task {task.Id}: {error.Message}");
        tasks.Queue(task);
    }

    /// <summary>To be called after anything that may have changed the task.</summary>
    public void Tell(LocalTask task)
    {
        if (!task.HasAddress || task.ToldFit == task.IsFit)
            return;
        task.ToldFit = task.IsFit;
        outbox.Add(new AgentOutput.Fit(task.Id, task.IsFit));
    }
}
