using System.Threading.Channels;
using Orch.Agent.Networks;
using Orch.Agent.Session;
using Orch.Agent.Tasks;
using Orch.Contracts.Agent;
using Orch.Core.Model;

namespace Orch.Agent;

/// <summary>
/// The one hand that drives <see cref="AgentCore"/>: takes what has collected, steps, makes the journal durable once for
/// all of it, and only then lets anything out.
/// </summary>
internal sealed class AgentLoop(
    AgentCore core, TaskJournal journal, ChannelReader<AgentInput> inputs, ChannelWriter<AgentInput> self,
    TimeProvider clock)
{
    private const int MostAtOnce = 256;
    private readonly long _start = clock.GetTimestamp();
    private readonly List<AgentOutput> _outputs = [];

    public required Action<EngineCall> Call { get; init; }
    public required Action<TaskId> ClearFiles { get; init; }

    /// <summary>Nothing is left of the task.</summary>
    public required Action<TaskId> TaskGone { get; init; }
    public required NetworkDesk Networks { get; init; }

    /// <summary>What a manager said of networks, by the session in which it did.</summary>
    public required Action<long, NetworkUpdate> TakeNetworks { get; init; }

    /// <summary>The engine answers again: what it holds of networks may be different.</summary>
    public required Action EngineReturned { get; init; }
    public required ManagerSession Session { get; init; }
    public required Action<IReadOnlyList<string>> SetManagers { get; init; }
    public required AgentLog Log { get; init; }

    /// <summary>The reason why this machine leaves the cluster; otherwise runs until cancelled.</summary>
    public async Task<string> RunAsync(CancellationToken stopping)
    {
        await using var timer = clock.CreateTimer(
            _ => self.TryWrite(new AgentInput.TimeCame()), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        while (await inputs.WaitToReadAsync(stopping))
        {
            for (var taken = 0; taken < MostAtOnce && inputs.TryRead(out var input); taken++)
            {
                if (input is AgentInput.EngineUp)
                    EngineReturned();
                _outputs.AddRange(core.Step(Now, input));
            }
            if (Perform() is { } departure)
                return departure;
            Arm(timer);
        }
        throw new InvalidOperationException("the agent's inputs were closed");
    }

    private AgentTime Now => new(
        clock.GetElapsedTime(_start), (clock.GetUtcNow().UtcTicks - DateTime.UnixEpoch.Ticks) * 100);

    private string? Perform()
    {
        string? departure = null;
        journal.Append([.. _outputs.OfType<AgentOutput.Persist>().Select(p => p.Entry)]);
        foreach (var output in _outputs)
        {
            switch (output)
            {
                case AgentOutput.Call call: Call(call.Request); break;
                case AgentOutput.ClearFiles clear: ClearFiles(clear.Task); break;
                case AgentOutput.TakeNetworks told: TakeNetworks(told.Session, told.Update); break;
                case AgentOutput.Fit { IsFit: true } fit: Networks.Return(fit.Task); break;
                case AgentOutput.Fit unfit: Networks.Leave(unfit.Task); break;
                case AgentOutput.Persist { Entry: JournalEntry.Gone gone }: TaskGone(gone.Task); break;
                case AgentOutput.Send send: Session.Send(send.Session, send.Message); break;
                case AgentOutput.DropSession drop: Session.Drop(drop.Session, drop.Reason); break;
                case AgentOutput.SetManagers managers: SetManagers(managers.Managers); break;
                case AgentOutput.Depart depart: departure = depart.Reason; break;
                case AgentOutput.Note { Warning: true } note: Log.Warn(note.Text); break;
                case AgentOutput.Note note: Log.Info(note.Text); break;
            }
        }
        _outputs.Clear();
        return departure;
    }

    private void Arm(ITimer timer)
    {
        if (core.NextDue is not { } due)
            return;
        var wait = due - clock.GetElapsedTime(_start);
        timer.Change(wait > TimeSpan.Zero ? wait : TimeSpan.FromMilliseconds(1), Timeout.InfiniteTimeSpan);
    }
}
