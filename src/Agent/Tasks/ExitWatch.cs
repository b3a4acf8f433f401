using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>
/// Finds out whose doing a death was. An engine that shuts down stops containers while it still serves its old
/// connections, so a new one is tried: refused means that the engine takes everything down, and nothing is reported.
/// </summary>
internal sealed class ExitWatch(CoreState core, TaskSet tasks, Outbox outbox)
{
    private static readonly TimeSpan AskAgain = TimeSpan.FromSeconds(1);
    private readonly HashSet<TaskId> _unclear = [];
    private long _asked;

    /// <summary>When an engine that refused is asked once more, as the refusal may have been a slip.</summary>
    public TimeSpan? NextDue { get; private set; }

    public void Ask(LocalTask task)
    {
        _unclear.Add(task.Id);
        Ask();
    }

    /// <summary>The tasks whose cause is known now.</summary>
    public IReadOnlyList<LocalTask> Answered(EngineCall.Ping ping, bool listens)
    {
        if (ping.Id != _asked)
            return [];
        _asked = 0;
        core.EngineLeaving = !listens;
        NextDue = listens ? null : outbox.Now.Uptime + AskAgain;
        return Take();
    }

    /// <summary>The stream broke before the answer: the engine went, and took them along.</summary>
    public IReadOnlyList<LocalTask> EngineWent()
    {
        _asked = 0;
        NextDue = null;
        core.EngineLeaving = false;
        return Take();
    }

    public void TimeCame()
    {
        if (NextDue is not { } due || outbox.Now.Uptime < due)
            return;
        NextDue = null;
        Ask();
    }

    private void Ask()
    {
        if (_asked != 0)
            return;
        _asked = outbox.NextCall();
        outbox.Call(new EngineCall.Ping(_asked));
    }

    private List<LocalTask> Take()
    {
        var known = _unclear.Select(tasks.Find).OfType<LocalTask>().Where(t => t.Exit == ExitPhase.Unclear).ToList();
        _unclear.Clear();
        return known;
    }
}
