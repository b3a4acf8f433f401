using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Core.Writing;
using Orch.Manager.Store;
using Orch.Tests.Support;

namespace Orch.Tests.Simulation;

/// <summary>What must always hold. Knows more than any part of the system: it sees the log at the moment of each append.</summary>
internal sealed class Checker(World world)
{
    private const long Window = 2_500_000_000;
    private readonly ClusterState _truth = new();
    private readonly Dictionary<(NodeId, Manager), long> _heard = [];
    private readonly HashSet<(NodeId, Manager)> _verdicts = [];
    private readonly Dictionary<string, int> _stored = new(StringComparer.Ordinal);
    private readonly RestartChecker _restarts = new();
    private readonly HashSet<string> _acknowledged = new(StringComparer.Ordinal);

    private readonly HashSet<(NodeId, FileId)> _entitled = [];

    public ClusterState Truth => _truth;
    private StartOrderChecker Order { get; } = new();

    public void Follows(string service, ServiceDependency dependency) => Order.Follows(service, dependency);

    public void Starts(Box box, long sinceBoot) => Order.Starts(_truth, box, sinceBoot);

    public void Heard(NodeId node, Manager by) => _heard[(node, by)] = world.Now;

    /// <summary>A user was told that what carries this token is done.</summary>
    public void Acknowledged(string token)
    {
        _acknowledged.Add(token);
        if (_stored.GetValueOrDefault(token) != 1)
            Fail($"{token} was acknowledged and is {_stored.GetValueOrDefault(token)} times in the log");
    }

    /// <summary>A manager's verdict; it may hear the node again before the verdict is decided, which is nobody's mistake.</summary>
    public void Silent(NodeId node, Manager by)
    {
        var heardAt = _heard[(node, by)];

        // What a manager could not hear while it stood still is not silence; it notices stalls of a check's interval.
        var stood = Math.Max(0, Math.Min(world.Now, by.FrozenUntil) - Math.Max(heardAt, by.FrozenFrom));
        var silent = world.Now - heardAt - stood;
        if (silent < (stood > 0 ? Window - 200_000_000 : Window))
            Fail($"node {node} was declared down after {silent / 1e9:0.000} s of silence");
        _verdicts.Add((node, by));
    }

    public void Decided(Manager by, WriteBatch batch)
    {
        foreach (var down in batch.Events.OfType<NodeStateSet>().Where(e => e.State == NodeState.Down))
        {
            if (!_verdicts.Remove((down.Id, by)))
                Fail($"node {down.Id} was declared down without a verdict");
        }
    }

    public void Appended(WriteBatch batch, EventData[] events)
    {
        if (batch.ExpectedRevision != _truth.Revision)
            Fail($"the log took revision {batch.ExpectedRevision + 1} after {_truth.Revision}");
        foreach (var data in events)
        {
            var e = EventCodec.Decode(data.Kind, data.Payload.Span);
            CheckForward(e);
            UpdateChecker.Before(_truth, e);
            _restarts.Before(_truth, e);
            if (e is TaskAssigned assigned)
                Order.Assigned(_truth, assigned);
            Fold.Apply(_truth, e, _truth.Revision + 1, new Changes());
            if (e is TaskAssigned { Id: var id } && _truth.Tasks.Get(id) is { } given)
                _entitled.UnionWith(FileReferences.In(given.Spec.Template).Select(file => (given.NodeId, file)));
            Count(e);
            world.Note(e.GetType().Name, 0, (long)_truth.Revision);
        }
        if (AddressInvariants.Broken(_truth) is { } broken)
            Fail(broken);
    }

    /// <summary>A secret reaches only machines that were given a task with it.</summary>
    public void Delivered(NodeId node, Orch.Contracts.Agent.Assignments? set)
    {
        foreach (var file in set?.Files ?? [])
        {
            var id = Ids.Parse<FileId>(file.Id);
            if (!_entitled.Contains((node, id)))
                Fail($"node {node} was sent secret {id}, which none of its tasks has");
        }
    }

    public void Published(WriteBatch batch)
    {
        if (batch.View.Revision > _truth.Revision)
            Fail($"revision {batch.View.Revision} was published and the log is at {_truth.Revision}");
        foreach (var id in batch.Changes.Tasks)
        {
            if (batch.View.Tasks.Get(id) is not { } task)
                continue;
            if (task.IsAlive)
                CheckSlot(batch.View, task);
            if (task.HoldsResources)
                CheckPorts(batch.View, task);
        }
        foreach (var service in batch.Changes.Tasks.Select(id => batch.View.Tasks.Get(id)?.ServiceId).OfType<ServiceId>().Distinct())
        {
            CheckJob(batch.View, service);
            if (batch.View.Services.Get(service) is { } found)
                UpdateChecker.Surge(batch.View, found);
        }
    }

    /// <summary>No more live slots than the job allows, each wanted, none that is already complete.</summary>
    private static void CheckJob(ClusterState view, ServiceId id)
    {
        if (view.Services.Get(id) is not { IsJob: true } service)
            return;
        var live = view.TaskRecordsOf(id).Where(task => task.IsAlive).Select(task => task.Slot).ToList();
        if (service.Spec.Mode?.ReplicatedJob is { } job
            && ((ulong)live.Count > job.Concurrency || live.Exists(slot => slot.Number > job.Completions)))
            Fail($"job {service.Spec.Name} has {live.Count} live tasks; it may have {job.Concurrency} of {job.Completions}");
        if (live.Exists(CompleteSlots(view, service).Contains))
            Fail($"a slot of job {service.Spec.Name} is complete and has a live task");
    }

    public static HashSet<SlotKey> CompleteSlots(ClusterState view, Service service) =>
        [.. view.TaskRecordsOf(service.Id)
            .Where(task => task.State == TaskState.Complete && task.Spec.Version == service.TaskSpec.Version).Select(task => task.Slot)];

    public void TookOver(ClusterState replayed) => Same(replayed, "a new leader's replay");

    public void Same(ClusterState state, string what)
    {
        var (expected, actual) = (DurableState.Of(_truth).Split('\n'), DurableState.Of(state).Split('\n'));
        if (expected.SequenceEqual(actual))
            return;
        Fail($"{what} differs from the log:\n- {string.Join("\n- ", expected.Except(actual))}\n+ "
            + string.Join("\n+ ", actual.Except(expected)));
    }

    public void End()
    {
        foreach (var token in _acknowledged.Where(token => _stored.GetValueOrDefault(token) != 1))
            Fail($"{token} was acknowledged and is {_stored.GetValueOrDefault(token)} times in the log");
        foreach (var (token, times) in _stored)
        {
            if (times != 1)
                Fail($"{token} is {times} times in the log");
        }
    }

    private void Count(ClusterEvent e)
    {
        var token = e switch
        {
            ServiceCreated created => created.Spec.Labels?.GetValueOrDefault("token"),
            ServiceUpdated { Update: not { State: UpdateState.RollbackStarted } } updated => updated.Spec.Labels?.GetValueOrDefault("token"),
            _ => null,
        };
        if (token is not null)
            _stored[token] = _stored.GetValueOrDefault(token) + 1;
    }

    private void CheckForward(ClusterEvent e)
    {
        switch (e)
        {
            case TaskResult result when _truth.Tasks.Get(result.Id) is { } task:
                if (task.State.IsTerminal() || result.Status.State < task.State)
                    Fail($"task {result.Id} goes from {task.State} to {result.Status.State}");
                break;
            case TaskAssigned assigned when _truth.Tasks.Get(assigned.Id) is { } task && !task.NodeId.IsNone:
                Fail($"task {assigned.Id} is assigned a second time");
                break;
            case TaskDesiredSet set when _truth.Tasks.Get(set.Id) is { } task && set.Desired < task.Desired:
                Fail($"task {set.Id} is wanted {set.Desired} after {task.Desired}");
                break;
        }
    }

    private void CheckSlot(ClusterState view, TaskRecord task)
    {
        foreach (var other in view.TasksIn(task.ServiceId, task.Slot))
        {
            if (other.IsAlive && other.Id != task.Id && other.Spec.Fingerprint == task.Spec.Fingerprint
                && !IsDrained(view, other) && !IsDrained(view, task))
                Fail($"slot {task.Spec.ServiceName}.{task.Slot} has two live tasks: {task.Id} and {other.Id}");
        }
    }

    /// <summary>A task on a drained node runs on until its successor is there.</summary>
    private static bool IsDrained(ClusterState view, TaskRecord task) =>
        view.Nodes.Get(task.NodeId) is { Spec.Availability: NodeAvailability.Drain };

    private void CheckPorts(ClusterState view, TaskRecord task)
    {
        foreach (var port in task.Spec.FixedHostPorts)
        {
            foreach (var other in view.TasksOn(task.NodeId))
            {
                if (other.Id != task.Id && other.HoldsResources && other.Spec.FixedHostPorts.Any(p => p.PublishedPort == port.PublishedPort))
                    Fail($"host port {port.PublishedPort} of node {task.NodeId} is given to {task.Name} and {other.Name}");
            }
        }
    }

    public static void Fail(string what) => throw new SimulationException(what);
}
