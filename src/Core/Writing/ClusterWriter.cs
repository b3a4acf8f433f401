using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Planning;
using Orch.Core.Scheduling;
using Orch.Core.State;

namespace Orch.Core.Writing;

/// <summary>
/// The one writer (state.md §1), as a step machine without I/O: commands are decided on the speculative state, planners
/// follow in the same batch, and while one append is in flight everything that arrives collects into the next. Replies
/// and views leave only when the batch that carries them is acknowledged. The manager's shell and the simulation
/// drive the same object; it is not thread-safe, one loop owns it.
/// </summary>
public sealed class ClusterWriter
{
    /// <summary>Commands decided per step; the rest waits for the next one.</summary>
    private const int MaxCommands = 4096;

    private readonly Workspace _work;
    private readonly ClusterPlanner _planner = new();
    private readonly Queue<Request> _requests = new();
    private List<Answer> _answers = [];
    private WriteBatch? _inFlight;

    /// <summary>Starts a leadership over a replayed state; the object takes the state over.</summary>
    public ClusterWriter(ClusterState state)
    {
        var scheduler = new Scheduler();
        foreach (var node in state.Nodes.Values)
            scheduler.NodeSet(node);
        foreach (var task in state.Tasks.Values)
        {
            if (task.HoldsResources)
                scheduler.Hold(task);
        }
        _work = new Workspace(state, scheduler);
        _planner.Adopt(_work);
        foreach (var node in state.Nodes.Values.Where(node => node.State == NodeState.Ready).ToList())
            _work.Emit(new Events.NodeUnconfirmed(node.Id));
    }

    /// <summary>Speculative state: committed plus in flight. Only the loop that owns the writer may look.</summary>
    public ClusterState Speculative => _work.State;

    /// <summary>When <see cref="Step"/> must be called again although nothing arrives.</summary>
    public Timestamp? NextDue => _planner.NextDue;

    /// <summary>True when a step now would find something to do.</summary>
    public bool HasWork => _requests.Count > 0 || _planner.HasWork;

    public void Enqueue(object ticket, ClusterCommand command) => _requests.Enqueue(new(ticket, command));

    /// <summary>
    /// Decides and plans what is due. Returns a batch to append when there is something to say and no append is in
    /// flight, else null. A batch without events needs no append: pass it to <see cref="Acknowledge"/> at once.
    /// </summary>
    public WriteBatch? Step(StepContext step)
    {
        _work.Step = step;
        for (var i = 0; i < MaxCommands && _work.EventCount <= ClusterPlanner.Budget && _requests.TryDequeue(out var request); i++)
            _answers.Add(new(request.Ticket, DecideOne(request.Command)));
        _planner.Plan(_work);
        if (_inFlight is not null || (_work.EventCount == 0 && _answers.Count == 0 && _work.Unpublished.IsEmpty))
            return null;
        return _inFlight = Seal();
    }

    /// <summary>The batch is durable (or had nothing to store): its answers and its view may leave now.</summary>
    public void Acknowledge(WriteBatch batch)
    {
        if (!ReferenceEquals(batch, _inFlight))
            throw new InvalidOperationException("acknowledged a batch that is not in flight");
        _inFlight = null;
    }

    private Decision DecideOne(ClusterCommand command)
    {
        var decision = Decide.For(_work.State, command, _work.Step);
        foreach (var e in decision.Events)
            _work.Emit(e);
        return decision;
    }

    private WriteBatch Seal()
    {
        var events = _work.TakeEvents();
        var view = _work.State.Snapshot();
        var batch = new WriteBatch(view.Revision - (ulong)events.Count, events, _answers, view, _work.TakeUnpublished());
        _answers = [];
        return batch;
    }

    private readonly record struct Request(object Ticket, ClusterCommand Command);
}

/// <summary>What one append carries, and what is released with its acknowledgement.</summary>
/// <param name="ExpectedRevision">Head of the log before these events; they take the revisions after it.</param>
/// <param name="Events">Durable events in order; empty when only volatile facts or refusals are in the batch.</param>
/// <param name="Answers">Replies to release on acknowledgement.</param>
/// <param name="View">State including the events: what readers may see then.</param>
/// <param name="Changes">What differs from the view before.</param>
public sealed record WriteBatch(
    ulong ExpectedRevision, IReadOnlyList<Events.ClusterEvent> Events, IReadOnlyList<Answer> Answers,
    ClusterState View, Changes Changes);

/// <summary>A command's outcome, for whoever holds the ticket.</summary>
public sealed record Answer(object Ticket, Decision Decision);
