using Orch.Core.Model;
using Orch.Core.Scheduling.Filters;

namespace Orch.Core.Scheduling;

/// <summary>
/// Chooses nodes for tasks. It mirrors the nodes and what is held on them, is told of every change, and never looks
/// at everything for one change. Owned by the writer loop; rebuilt at take-over by telling it everything once, in any
/// order (tasks may come before their nodes). The spec of one service version must never differ between calls.
/// </summary>
public sealed class Scheduler
{
    private readonly NodeTable _nodes = new();
    private readonly TaskTable _tasks = new();
    private readonly Dictionary<SpecKey, Requirement> _requirements = [];
    private readonly Dictionary<ServiceId, ServiceLoad> _services = [];
    private readonly FailureLog _failures = new();
    private readonly NodeBits _candidates = new();

    /// <summary>
    /// Moves whenever some node may have become able to take a task that it could not take before. Whoever keeps
    /// unplaced tasks tries them again when it moved, and need not otherwise.
    /// </summary>
    public ulong Openings { get; private set; }

    /// <summary>Tasks that hold room somewhere.</summary>
    public int HeldTasks => _tasks.Count;

    /// <summary>A node was added or changed; costs nothing much when nothing relevant did.</summary>
    public void NodeSet(Node node)
    {
        if (_nodes.Set(node))
            Openings++;
    }

    /// <summary>The node is gone. Tasks on it stay accounted until each is released.</summary>
    public void NodeRemoved(NodeId id) => _nodes.Remove(id);

    /// <summary>
    /// The task is on its node and takes room there. Telling it again is harmless, and needed when Desired changed: a
    /// task that is to stop keeps its room but no longer counts as one of its service. A task that holds nothing is
    /// released.
    /// </summary>
    public void Hold(TaskRecord task)
    {
        if (!task.HoldsResources)
        {
            Release(task);
            return;
        }
        var known = _tasks.TryGet(task.Id, out var held);
        if (known && _nodes[held >> 1].Id == task.NodeId && (held & 1) == 1 == task.IsAlive)
            return;
        var need = Rent(task.Spec);
        if (known)
            GiveBack(need, held);
        Take(need, task.Id, _nodes.FindOrAdd(task.NodeId), task.IsAlive);
        if (known && !task.IsAlive)
            Openings++;
    }

    /// <summary>The task no longer takes room. Harmless for one that is not held.</summary>
    public void Release(TaskRecord task)
    {
        if (!_tasks.Remove(task.Id, out var held))
            return;
        var need = Rent(task.Spec);
        GiveBack(need, held);
        Return(need);
        Openings++;
    }

    /// <summary>A task of this version failed there: the fifth in five minutes makes the node the last choice.</summary>
    public void RecordFailure(ServiceId service, ulong specVersion, NodeId node, Timestamp now) =>
        _failures.Record(new(service, specVersion), node, now);

    /// <summary>
    /// Chooses nodes for tasks of one version and holds them there at once, so the next choice counts them. A task that
    /// is already held keeps its node. Whoever drops a choice calls <see cref="Release"/>.
    /// </summary>
    public PlaceResult Place(TaskSpec spec, ReadOnlySpan<TaskId> tasks, Timestamp now)
    {
        var need = Rent(spec);
        var placed = new Placed[tasks.Length];
        Narrow(need);
        var done = 0;
        if (_failures.Avoided(need.Key, now) is { Count: > 0 } avoided)
        {
            var last = new NodeBits();
            foreach (var id in avoided)
            {
                if (_nodes.Find(id) is >= 0 and var node && _candidates.Contains(node))
                    last.Add(node);
            }
            _candidates.ExceptWith(last);
            done = Fill(need, _candidates, tasks, placed, 0);
            if (done < tasks.Length)
                done = Fill(need, last, tasks, placed, done);
        }
        else
        {
            done = Fill(need, _candidates, tasks, placed, 0);
        }
        var why = done == tasks.Length ? null
            : Explanation.Of(_nodes, need, _nodes.Known, [.. need.Attribute, .. need.Usage]);
        Return(need);
        return new(done == placed.Length ? placed : placed[..done], why);
    }

    /// <summary>Holds one task on a given node if it fits there (global services choose the node themselves).</summary>
    public Verdict PlaceOn(TaskSpec spec, TaskId task, NodeId node)
    {
        var need = Rent(spec);
        var number = _nodes.Find(node);
        var known = _tasks.TryGet(task, out var held);
        var refusal = known && held >> 1 == number ? null : Refusal(need, number, need.Attribute, need.Usage);
        if (refusal is null && !(known && held >> 1 == number))
        {
            if (known)
                GiveBack(need, held);
            Take(need, task, number, alive: true);
        }
        Return(need);
        return new(refusal);
    }

    /// <summary>
    /// Is this node one for tasks of this kind: available, constraints, platform, plugins. What is in use there does
    /// not matter; <see cref="PlaceOn"/> asks that too.
    /// </summary>
    public Verdict Check(TaskSpec spec, NodeId node)
    {
        var need = Rent(spec);
        var refusal = Refusal(need, _nodes.Find(node), need.Attribute, []);
        Return(need);
        return new(refusal);
    }

    /// <summary>
    /// Do the constraints still hold for a task that runs there? Whether the node is available does not matter: a
    /// paused node keeps its tasks.
    /// </summary>
    public Verdict CheckConstraints(TaskSpec spec, NodeId node)
    {
        var need = Rent(spec);
        var refusal = Refusal(need, _nodes.Find(node), [.. need.Attribute.OfType<ConstraintFilter>()], []);
        Return(need);
        return new(refusal);
    }

    private Explanation? Refusal(Requirement need, int node, PlacementFilter[] attribute, PlacementFilter[] usage)
    {
        if (node < 0)
            return new("no suitable node", "the node is gone", []);
        if (attribute.All(f => f.Admits(_nodes, node, need)) && usage.All(f => f.Admits(_nodes, node, need)))
            return null;
        var only = new NodeBits();
        only.Add(node);
        return Explanation.Of(_nodes, need, only, [.. attribute, .. usage]);
    }

    private void Narrow(Requirement need)
    {
        _candidates.CopyFrom(_nodes.Known);
        foreach (var filter in need.Attribute)
            filter.Narrow(_candidates, _nodes, need);
    }

    private int Fill(Requirement need, NodeBits candidates, ReadOnlySpan<TaskId> tasks, Placed[] placed, int done)
    {
        var group = Candidates.Arrange(_nodes, need, candidates, tasks.Length - done);
        for (; done < tasks.Length; done++)
        {
            var task = tasks[done];
            if (_tasks.TryGet(task, out var held))
            {
                placed[done] = new(task, _nodes[held >> 1].Id);
                continue;
            }
            if (group.Best == CandidateGroup.None)
                break;
            var node = group.BestNode;
            Take(need, task, node, alive: true);
            placed[done] = new(task, _nodes[node].Id);
            group.Took();
        }
        return done;
    }

    private void Take(Requirement need, TaskId task, int node, bool alive)
    {
        _tasks.Set(task, node << 1 | (alive ? 1 : 0));
        _nodes.Reserve(node, need, 1);
        need.Held++;
        if (!alive)
            return;
        _nodes.CountTask(node, 1);
        need.Load.Tasks.Add(node, 1);
    }

    private void GiveBack(Requirement need, int held)
    {
        var node = held >> 1;
        if ((held & 1) == 1)
        {
            need.Load.Tasks.Add(node, -1);
            _nodes.CountTask(node, -1);
        }
        need.Held--;
        _nodes.Reserve(node, need, -1);
    }

    /// <summary>The requirement in use, or a new one that <see cref="Return"/> drops if it stays unused.</summary>
    private Requirement Rent(TaskSpec spec)
    {
        var key = new SpecKey(spec.ServiceId, spec.Version);
        if (_requirements.TryGetValue(key, out var need))
            return need;
        if (!_services.TryGetValue(spec.ServiceId, out var load))
            _services[spec.ServiceId] = load = new();
        load.Versions++;
        return _requirements[key] = new(spec, load);
    }

    private void Return(Requirement need)
    {
        if (need.Held > 0)
            return;
        _requirements.Remove(need.Key);
        if (--need.Load.Versions == 0)
            _services.Remove(need.Key.Service);
    }
}
