using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Core.Planning;

/// <summary>
/// The whole brain in one page: looks at what changed, lets the planners below emit events, and repeats until nothing is
/// left to plan. Runs on the writer's loop; work per call is bounded, and what is left over is done in the next step.
/// </summary>
public sealed class ClusterPlanner
{
    /// <summary>Events per step after which planning pauses, so that one huge service does not hold everybody up.</summary>
    public const int Budget = 20_000;

    private readonly HashSet<ServiceId> _services = [];
    private readonly HashSet<(ServiceId Service, SlotKey Slot)> _slots = [];
    private readonly HashSet<ServiceId> _globals = [];
    private readonly JobPlanner _jobs = new();
    private readonly PendingTasks _pending = new();
    private readonly DueTimes _due = new();
    private readonly OldFiles _oldFiles = new();
    private readonly Dependents _dependents = new();
    private readonly PublishingNodes _publishing = new();
    private readonly IdleNodes _idle;
    private readonly HashSet<ServiceId> _rolling = [];
    private readonly RolloutPlanner _rollouts;

    public ClusterPlanner()
    {
        _rollouts = new(_due);
        _idle = new(_publishing);
    }

    /// <summary>When to step again although nobody asks; null when nothing is due.</summary>
    public Timestamp? NextDue => _due.Next;

    /// <summary>True while work is left over from a step that ran out of budget.</summary>
    public bool HasWork => _services.Count > 0 || _slots.Count > 0 || _rolling.Count > 0 || _pending.HasFresh
        || _publishing.HasWork;

    /// <summary>At take-over: everything is looked at once; dues and groups are derived from the state again.</summary>
    public void Adopt(Workspace work)
    {
        foreach (var service in work.State.Services.Values)
        {
            AddService(service);
            _publishing.Set(work.State, service.Id);
        }
        foreach (var gone in work.State.TasksByService.Keys.Where(id => !work.State.Services.Contains(id)))
            _services.Add(gone);
        foreach (var network in work.State.Networks.Keys)
            _idle.Note(network);
        foreach (var task in work.State.Tasks.Values)
        {
            TaskTouched(task);
            if (task.NodeId.IsNone && task.IsAlive)
                _pending.Add(task);
        }
    }

    public void Plan(Workspace work)
    {
        while (_due.TryTake(work.Now, out var service, out var slot))
            Mark(service, slot);
        do
        {
            Collect(work);
            PlanSlots(work);
            PlanServices(work);
            Collect(work);
            _pending.PlaceAll(work);
            _publishing.Plan(work, Budget, _pending.WaitIn);
            _idle.Plan(work);
            _oldFiles.Plan(work);

            // What rollouts remember of their slots is true only when every slot that changed was looked at.
            if (_slots.Count == 0 && work.Unplanned.IsEmpty)
                PlanRollouts(work);
        }
        while (work.EventCount <= Budget && (HasWork || !work.Unplanned.IsEmpty));
    }

    private void Mark(ServiceId service, SlotKey slot)
    {
        if (slot == default)
            _services.Add(service);
        else
            _slots.Add((service, slot));
    }

    /// <summary>Turns what was touched into what must be looked at.</summary>
    private void Collect(Workspace work)
    {
        if (work.Unplanned.IsEmpty)
            return;
        var changes = work.TakeUnplanned();
        _oldFiles.Note(changes);
        foreach (var removed in changes.RemovedServices)
            WakeDependents(work, removed.Spec.Name);
        NetworksTouched(work, changes);
        foreach (var id in changes.Services)
        {
            if (_publishing.Set(work.State, id) is { IsNone: false } left)
                _idle.Note(left);
            if (work.State.Services.TryGet(id, out var service))
            {
                AddService(service);
                _idle.Note(work.State, service);

                // What it depends on may be another thing now, or nothing.
                _pending.Release(work, id);
                WakeDependents(work, service.Spec.Name);
            }
            else
                Forget(id);
        }
        foreach (var id in changes.Nodes)
        {
            NodeTouched(work, id);
            _publishing.NodeTouched(id);
        }
        foreach (var id in changes.Tasks)
        {
            if (!work.State.Tasks.TryGet(id, out var task))
                continue;
            TaskTouched(task);
            _idle.Note(task);
            if (!task.IsAlive)
                WaitsNoMore(work, task);
            WakeDependents(work, task.Spec.ServiceName);
        }
    }

    private void NetworksTouched(Workspace work, Changes changes)
    {
        // A network that is gone has no address for anybody, which those who wait are told; any other change gives none.
        foreach (var network in changes.FreedNetworks.Concat(changes.Networks.Where(id => !work.State.Networks.Contains(id))))
        {
            _publishing.Freed(network);
            _pending.AddressFreed(network);
            _idle.Note(network);
        }
        foreach (var network in changes.Networks)
            _idle.Note(network);
        foreach (var gone in changes.RemovedTasks)
        {
            _idle.Note(gone, isGone: true);
            WaitsNoMore(work, gone);
        }
    }

    /// <summary>Addresses that machines left to it they can have now.</summary>
    private void WaitsNoMore(Workspace work, TaskRecord task)
    {
        if (!task.NodeId.IsNone)
            return;
        foreach (var network in work.State.NetworksOf(task.Spec))
            _publishing.Freed(network);
    }

    /// <summary>Those that wait for a service are looked at again when something of it changed.</summary>
    private void WakeDependents(Workspace work, string name)
    {
        foreach (var id in _dependents.Of(name))
        {
            _pending.Release(work, id);
            if (work.State.Services.Get(id) is { IsUpdating: true })
                _rolling.Add(id);
        }
    }

    private void Forget(ServiceId id)
    {
        _dependents.Forget(id);
        _pending.Forget(id);
        _globals.Remove(id);
        _jobs.Forget(id);
        _rollouts.Forget(id);
        _services.Add(id);
    }

    private void AddService(Service service)
    {
        _dependents.Set(service);
        _services.Add(service.Id);
        if (service.IsGlobal)
            _globals.Add(service.Id);
    }

    private void NodeTouched(Workspace work, NodeId id)
    {
        // Of a global service only the slot of this node can change; looking at all of its nodes would cost all of them.
        foreach (var global in _globals)
        {
            _slots.Add((global, SlotKey.Of(id)));
            WakeDependents(work, work.State.Services.Get(global)?.Spec.Name ?? "");
        }
        foreach (var task in work.State.TasksOn(id))
        {
            _slots.Add((task.ServiceId, task.Slot));
            WakeDependents(work, task.Spec.ServiceName);
        }
    }

    private void TaskTouched(TaskRecord task)
    {
        _slots.Add((task.ServiceId, task.Slot));
        if (task.NodeId.IsNone && task.IsAlive && task.Status.Error is null)
            _pending.Add(task);
        if (task is { IsAlive: true, Desired: TaskState.Ready } && !task.NotBefore.IsNever)
            _due.Slot(task.ServiceId, task.Slot, task.NotBefore);
    }

    private void PlanSlots(Workspace work)
    {
        foreach (var key in _slots.ToList())
        {
            if (work.EventCount > Budget)
                return;
            _slots.Remove(key);
            if (work.State.Services.TryGet(key.Service, out var service))
                PlanSlot(work, service, key.Slot);
            else
                SlotRetirement.Remove(work, key.Service, key.Slot);
        }
    }

    private void PlanSlot(Workspace work, Service service, SlotKey slot)
    {
        if (service.IsGlobal)
            GlobalPlanner.PlanSlot(work, service, slot);
        else if (service.IsJob)
            JobSlot(work, service, slot);
        else
            ReplicatedPlanner.PlanSlot(work, service, slot);

        // The rest of an update depends on this slot.
        if (work.State.Services.Get(service.Id) is not { IsUpdating: true } updating)
            return;
        _rollouts.Touch(work, updating, slot);
        _rolling.Add(service.Id);
    }

    private void JobSlot(Workspace work, Service service, SlotKey slot)
    {
        if (!_jobs.PlanSlot(work, service, slot, Budget))
            _services.Add(service.Id);
    }

    private void PlanServices(Workspace work)
    {
        foreach (var id in _services.ToList())
        {
            if (work.EventCount > Budget)
                return;
            _services.Remove(id);
            if (work.State.Services.TryGet(id, out var service))
                PlanService(work, service);
            else if (!SlotRetirement.RemoveAll(work, id, Budget))
                _services.Add(id);
        }
    }

    private void PlanService(Workspace work, Service service)
    {
        var planned = service.IsGlobal
            ? GlobalPlanner.PlanAll(work, service, Budget)
            : service.IsJob ? _jobs.PlanAll(work, service, Budget) : ReplicatedPlanner.PlanAll(work, service, Budget);

        // The slots were planned behind the rollout's back: it looks at all of them again.
        _rollouts.Forget(service.Id);
        if (!planned)
            _services.Add(service.Id);
        else if (work.State.Services.Get(service.Id) is { IsUpdating: true })
            _rolling.Add(service.Id);
    }

    private void PlanRollouts(Workspace work)
    {
        foreach (var id in _rolling.ToList())
        {
            if (work.EventCount > Budget)
                return;
            _rolling.Remove(id);
            if (work.State.Services.Get(id) is { IsUpdating: true } updating)
                _rollouts.Plan(work, updating);
            else
                _rollouts.Forget(id);
        }
    }
}
