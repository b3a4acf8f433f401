using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>Events of tasks and the indexes over them.</summary>
internal static class TaskFold
{
    public static void Apply(ClusterState state, ClusterEvent e, Changes changes)
    {
        switch (e)
        {
            case TaskCreated created:
                Create(state, created, changes);
                break;
            case TaskAssigned assigned:
                Assign(state, assigned, changes);
                break;
            case TaskDesiredSet set:
                var wanted = Existing(state, set.Id);
                Put(state, wanted with { Desired = Later(wanted.Desired, set.Desired) }, set.At, changes);
                break;
            case TaskResult result:
                Observe(state, result.Id, result.Status, result.SeenAt, changes);
                break;
            case TaskProgress progress:
                Observe(state, progress.Id, progress.Status, progress.Status.At, changes);
                break;
            case TaskRemoved removed:
                Remove(state, Existing(state, removed.Id), changes);
                break;
            default:
                throw new UnreachableException();
        }
    }

    private static void Create(ClusterState state, TaskCreated e, Changes changes)
    {
        if (state.Tasks.Contains(e.Id))
            throw new FoldException($"task {e.Id} exists twice");
        var spec = state.SpecOf(e.Service, e.SpecVersion)
            ?? throw new FoldException($"task {e.Id} runs version {e.SpecVersion} of service {e.Service}, which is not known");
        var task = new TaskRecord
        {
            Id = e.Id,
            Slot = new SlotKey(e.Slot, e.SlotNode),
            Spec = spec,
            CreatedAt = e.At,
            Desired = e.Desired,
            NotBefore = e.NotBefore,
            Restarts = e.Restarts,
            Status = new ObservedStatus { State = TaskState.Pending, At = e.At, Message = "pending task scheduling" },
        };
        Index(state, task);
        Put(state, task, e.At, changes);
    }

    /// <summary>Enters a record that no index knows yet, as it is.</summary>
    public static void Index(ClusterState state, TaskRecord task)
    {
        state.Tasks = state.Tasks.With(state.Token, task.Id, task);
        var ofService = state.TasksOf(task.ServiceId).With(state.Token, task.Slot, task.Id);
        state.TasksByService = state.TasksByService.With(state.Token, task.ServiceId, ofService);
        if (!task.NodeId.IsNone)
            IndexOnNode(state, task.NodeId, task.Id);
    }

    private static void IndexOnNode(ClusterState state, NodeId node, TaskId id)
    {
        var onNode = state.TasksByNode.TryGet(node, out var ids) ? ids : default;
        state.TasksByNode = state.TasksByNode.With(state.Token, node, onNode.With(state.Token, id, true));
    }

    private static void Assign(ClusterState state, TaskAssigned e, Changes changes)
    {
        var task = Existing(state, e.Id);
        IndexOnNode(state, e.Node, e.Id);
        var status = new ObservedStatus
        {
            State = TaskState.Assigned,
            At = e.At,
            Message = "scheduler assigned task to node",
        };
        task = task with { NodeId = e.Node, Status = status, Resources = e.Resources, Addresses = e.Addresses ?? [] };
        AddressFold.Hold(state, task);
        Put(state, task, e.At, changes);
    }

    /// <summary>States only increase; a later report of the same state may add details.</summary>
    private static void Observe(
        ClusterState state, TaskId id, ObservedStatus status, Timestamp seenAt, Changes changes)
    {
        var task = Existing(state, id);
        if (status.State < task.State)
            return;
        if (status.State == TaskState.Running && task.RunningSince.IsNever)
            task = task with { RunningSince = seenAt };
        if (task.HoldsResources && status.State.IsTerminal())
            AddressFold.Free(state, task, changes);
        Put(state, task with { Status = status }, seenAt, changes);
    }

    private static void Remove(ClusterState state, TaskRecord task, Changes changes)
    {
        state.Tasks = state.Tasks.Without(state.Token, task.Id);
        var ofService = state.TasksOf(task.ServiceId).Without(state.Token, task.Slot, task.Id);
        state.TasksByService = ofService.TaskCount == 0
            ? state.TasksByService.Without(state.Token, task.ServiceId)
            : state.TasksByService.With(state.Token, task.ServiceId, ofService);
        if (state.TasksByNode.TryGet(task.NodeId, out var onNode))
        {
            onNode = onNode.Without(state.Token, task.Id);
            state.TasksByNode = onNode.Count == 0
                ? state.TasksByNode.Without(state.Token, task.NodeId)
                : state.TasksByNode.With(state.Token, task.NodeId, onNode);
        }
        if (task.HoldsResources)
            AddressFold.Free(state, task, changes);
        SpecRetention.Release(state, task.Spec);
        changes.Removed(task);
    }

    private static void Put(ClusterState state, TaskRecord task, Timestamp at, Changes changes)
    {
        task = task with { UpdatedAt = at, Version = state.Revision };
        state.Tasks = state.Tasks.With(state.Token, task.Id, task);
        changes.Touch(task.Id);
    }

    private static TaskState Later(TaskState a, TaskState b) => a > b ? a : b;

    private static TaskRecord Existing(ClusterState state, TaskId id) =>
        state.Tasks.Get(id) ?? throw new FoldException($"task {id} does not exist");
}
