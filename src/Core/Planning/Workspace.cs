using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Scheduling;
using Orch.Core.State;

namespace Orch.Core.Planning;

/// <summary>
/// The leader's working copy: speculative state, the scheduler's mirror of it and what changed. Every event, of a command
/// or of a planner, goes through <see cref="Emit"/>, so the next decision sees it and nothing can drift apart.
/// </summary>
public sealed class Workspace(ClusterState state, Scheduler scheduler)
{
    private readonly List<ClusterEvent> _durable = [];

    /// <summary>What the event being emitted touches; one object for all, since there are millions of events.</summary>
    private readonly Changes _touched = new();

    public ClusterState State { get; } = state;
    public Scheduler Scheduler { get; } = scheduler;

    /// <summary>What planners have not looked at yet.</summary>
    public Changes Unplanned { get; private set; } = new();

    /// <summary>What readers have not been told yet.</summary>
    public Changes Unpublished { get; private set; } = new();

    /// <summary>Durable events since the last <see cref="TakeEvents"/>, in order.</summary>
    public int EventCount => _durable.Count;

    /// <summary>Set by the writer at the start of each step.</summary>
    public StepContext Step { get; set; } = new(default, () => throw new InvalidOperationException("no step is running"));

    public Timestamp Now => Step.Now;

    public void Emit(ClusterEvent e)
    {
        var removed = e is TaskRemoved r ? State.Tasks.Get(r.Id) : null;
        var touched = _touched;
        touched.Clear();
        Fold.Apply(State, e, e.IsDurable ? State.Revision + 1 : State.Revision, touched);
        if (e.IsDurable)
            _durable.Add(e);
        Unplanned.AddAll(touched);
        Unpublished.AddAll(touched);
        Mirror(touched, removed);
    }

    public IReadOnlyList<ClusterEvent> TakeEvents()
    {
        var events = _durable.ToArray();
        _durable.Clear();
        return events;
    }

    public Changes TakeUnplanned()
    {
        var changes = Unplanned;
        Unplanned = new Changes();
        return changes;
    }

    public Changes TakeUnpublished()
    {
        var changes = Unpublished;
        Unpublished = new Changes();
        return changes;
    }

    private void Mirror(Changes touched, TaskRecord? removed)
    {
        if (removed is not null)
            Scheduler.Release(removed);
        foreach (var id in touched.Tasks)
        {
            if (State.Tasks.TryGet(id, out var task))
                Scheduler.Hold(task);
        }
        foreach (var id in touched.Nodes)
        {
            if (State.Nodes.TryGet(id, out var node))
                Scheduler.NodeSet(node);
            else
                Scheduler.NodeRemoved(id);
        }
    }
}
