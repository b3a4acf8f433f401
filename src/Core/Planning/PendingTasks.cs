using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Scheduling;

namespace Orch.Core.Planning;

/// <summary>
/// Tasks without a node, grouped by what they run, so that a thousand replicas cost one pass over the nodes. A group that
/// found no place is tried again when room appears, not before; its tasks say why they wait.
/// </summary>
internal sealed class PendingTasks
{
    private readonly Dictionary<SpecKey, List<TaskId>> _fresh = [];
    private readonly Dictionary<SpecKey, List<TaskId>> _waiting = [];

    /// <summary>Tasks whose service waits for others (depends_on), until something of those, or of it, changes.</summary>
    private readonly Dictionary<ServiceId, List<TaskId>> _held = [];

    /// <summary>Tasks that found no address in a network, until one is given back there.</summary>
    private readonly Dictionary<NetworkId, Dictionary<SpecKey, List<TaskId>>> _dry = [];

    private ulong _openings;

    public bool HasFresh => _fresh.Count > 0;

    public void Add(TaskRecord task)
    {
        var key = new SpecKey(task.ServiceId, task.Spec.Version);
        if (!_fresh.TryGetValue(key, out var group))
            _fresh[key] = group = [];
        group.Add(task.Id);
    }

    /// <summary>What the service waits for may have come.</summary>
    public void Release(Workspace work, ServiceId service)
    {
        if (!_held.Remove(service, out var ids))
            return;
        foreach (var id in ids)
        {
            if (work.State.Tasks.TryGet(id, out var task))
                Add(task);
        }
    }

    /// <summary>The network has an address to give, or is gone.</summary>
    public void AddressFreed(NetworkId network)
    {
        if (!_dry.Remove(network, out var groups))
            return;
        foreach (var (key, group) in groups)
            Merge(key, group);
    }

    /// <summary>A task waits for an address there.</summary>
    public bool WaitIn(Workspace work, NetworkId network)
    {
        if (!_dry.TryGetValue(network, out var groups))
            return false;
        foreach (var (key, group) in groups.ToList())
        {
            // What does not wait any more is behind what does only until somebody asks.
            while (group.Count > 0 && work.State.Tasks.Get(group[^1]) is not { NodeId.IsNone: true, IsAlive: true })
                group.RemoveAt(group.Count - 1);
            if (group.Count > 0)
                return true;
            groups.Remove(key);
        }
        _dry.Remove(network);
        return false;
    }

    /// <summary>The service is gone; its tasks go with it.</summary>
    public void Forget(ServiceId service) => _held.Remove(service);

    public void PlaceAll(Workspace work)
    {
        if (work.Scheduler.Openings != _openings)
        {
            _openings = work.Scheduler.Openings;
            foreach (var (key, group) in _waiting)
                Merge(key, group);
            _waiting.Clear();
        }
        var groups = _fresh.ToList();
        _fresh.Clear();
        foreach (var (key, group) in groups)
            PlaceGroup(work, key, group);
    }

    private void Merge(SpecKey key, List<TaskId> group)
    {
        if (_fresh.TryGetValue(key, out var fresh))
            fresh.AddRange(group);
        else
            _fresh[key] = group;
    }

    private void PlaceGroup(Workspace work, SpecKey key, List<TaskId> ids)
    {
        var tasks = ids.Distinct().Select(id => work.State.Tasks.Get(id))
            .OfType<TaskRecord>().Where(task => task.NodeId.IsNone && task.IsAlive).ToList();
        if (tasks.Count == 0)
            return;

        if (work.State.Services.Get(key.Service) is { } service && StartOrder.WhyNot(work, service) is { } reason)
        {
            Hold(work, key.Service, tasks, reason);
            return;
        }

        // One step places no more than one append can carry; the rest stays fresh and comes with the next.
        var room = Math.Max(0, ClusterPlanner.Budget + 1 - work.EventCount);
        var tried = tasks[0].Slot.IsGlobal ? PlaceGlobal(work, tasks) : PlaceReplicated(work, tasks, room);
        if (tried.Later.Count > 0)
            _fresh[key] = tried.Later;
        if (tried.NoPlace.Count == 0)
            return;
        if (_waiting.TryGetValue(key, out var waiting))
            waiting.AddRange(tried.NoPlace);
        else
            _waiting[key] = tried.NoPlace;
    }

    private void Hold(Workspace work, ServiceId service, List<TaskRecord> tasks, string reason)
    {
        foreach (var task in tasks)
            Explain(work, task, reason);
        if (!_held.TryGetValue(service, out var held))
            _held[service] = held = [];
        held.AddRange(Ids(tasks));
    }

    private Tried PlaceReplicated(Workspace work, List<TaskRecord> tasks, int room)
    {
        if (room == 0)
            return new([], Ids(tasks));
        var spec = tasks[0].Spec;
        var (addresses, scarcest) = TaskAddressing.Room(work, spec);
        var now = Math.Min(Math.Min(room, tasks.Count), addresses);
        if (now == 0)
            return WaitForAddress(work, scarcest, tasks);
        var result = work.Scheduler.Place(spec, [.. tasks.Take(now).Select(task => task.Id)], work.Now);
        for (var i = 0; i < result.Placed.Count; i++)
        {
            // Nodes that are new to the network count as well.
            var isFull = work.EventCount > ClusterPlanner.Budget;
            var dry = isFull ? default : Assign(work, tasks[i], result.Placed[i].Node);
            if (!isFull && dry.IsNone)
                continue;
            for (var j = i; j < result.Placed.Count; j++)
                work.Scheduler.Release(tasks[j]);
            return isFull ? new([], Ids(tasks.Skip(i))) : WaitForAddress(work, dry, tasks.Skip(i));
        }
        if (result.Placed.Count == now)
            return now == addresses && now < tasks.Count ? WaitForAddress(work, scarcest, tasks.Skip(now)) : new([], Ids(tasks.Skip(now)));

        // They are all alike: where one found no place, none of the others does.
        var left = tasks.Skip(result.Placed.Count).ToList();
        var error = result.Explanation!.ToString();
        foreach (var task in left)
            Explain(work, task, error);
        return new(Ids(left), []);
    }

    private Tried PlaceGlobal(Workspace work, List<TaskRecord> tasks)
    {
        var left = new List<TaskId>();
        for (var i = 0; i < tasks.Count; i++)
        {
            if (work.EventCount > ClusterPlanner.Budget)
                return new(left, Ids(tasks.Skip(i)));
            if (TaskAddressing.Room(work, tasks[i].Spec) is { Tasks: 0 } none)
            {
                WaitForAddress(work, none.Scarcest, tasks.Skip(i));
                break;
            }
            var task = tasks[i];
            if (work.Scheduler.PlaceOn(task.Spec, task.Id, task.Slot.Node).Refusal is { } refusal)
            {
                Explain(work, task, refusal.ToString());
                left.Add(task.Id);
                continue;
            }
            if (Assign(work, task, task.Slot.Node) is { IsNone: false } dry)
            {
                work.Scheduler.Release(task);
                WaitForAddress(work, dry, [task]);
            }
        }
        return new(left, []);
    }

    /// <summary>The network that has no address for it; none: it is assigned.</summary>
    private static NetworkId Assign(Workspace work, TaskRecord task, NodeId node)
    {
        if (TaskAddressing.Take(work, task.Spec, node, out var dry) is not { } addresses)
            return dry;
        work.Emit(new TaskAssigned(task.Id, node, work.Now, GenericAssignment.Of(work.State, task.Spec, node),
            addresses.Count == 0 ? null : addresses));
        return default;
    }

    /// <summary>These are alike: where one finds no address, none of the others does.</summary>
    private Tried WaitForAddress(Workspace work, NetworkId network, IEnumerable<TaskRecord> tasks)
    {
        var error = TaskAddressing.Explain(work.State, network);
        if (!_dry.TryGetValue(network, out var groups))
            _dry[network] = groups = [];
        foreach (var task in tasks)
        {
            Explain(work, task, error);
            var key = new SpecKey(task.ServiceId, task.Spec.Version);
            if (!groups.TryGetValue(key, out var group))
                groups[key] = group = [];
            group.Add(task.Id);
        }
        return new([], []);
    }

    private static List<TaskId> Ids(IEnumerable<TaskRecord> tasks) => [.. tasks.Select(task => task.Id)];

    private static void Explain(Workspace work, TaskRecord task, string error)
    {
        if (task.Status.Error != error)
            work.Emit(new TaskProgress(task.Id, task.Status with { Error = error }));
    }

    /// <summary>Tasks that wait for an opening, and those that only the size of one append held back.</summary>
    private readonly record struct Tried(List<TaskId> NoPlace, List<TaskId> Later);
}
