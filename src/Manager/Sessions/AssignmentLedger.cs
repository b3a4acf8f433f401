using Orch.Contracts.Agent;
using Orch.Core.Model;
using Orch.Core.State;
using CoreEpoch = Orch.Core.Model.Epoch;

namespace Orch.Manager.Sessions;

/// <summary>
/// What one agent was told in this session, and from it the message that brings it up to a view. Pure: last sent and
/// wanted in, delta out.
/// </summary>
internal sealed class AssignmentLedger(NodeId node, CoreEpoch epoch)
{
    private readonly Dictionary<TaskId, TaskState> _sent = [];
    private readonly HashSet<(ServiceId, ulong)> _sentSpecs = [];
    private readonly FileLedger _files = new();

    /// <summary>The whole set; what is not in it the agent must stop and remove.</summary>
    public Assignments Complete(ClusterState view)
    {
        _sent.Clear();
        var message = NewMessage(view);
        message.Complete = true;
        foreach (var task in view.TasksOn(node))
            Add(message, task);
        _files.Settle(view, message);
        return message;
    }

    /// <summary>What changed for this node among the given tasks; null when that is nothing.</summary>
    public Assignments? Delta(ClusterState view, IEnumerable<TaskId> touched)
    {
        var message = NewMessage(view);
        foreach (var id in touched)
        {
            if (view.Tasks.TryGet(id, out var task) && task.NodeId == node)
            {
                if (!_sent.TryGetValue(id, out var desired) || desired != task.Desired)
                    Add(message, task);
                else
                    _files.Needs(task);
            }
            else if (_sent.Remove(id))
            {
                message.Removed.Add(id.ToString());
                _files.Forget(id);
            }
        }
        _files.Settle(view, message);
        return message.Tasks.Count + message.Removed.Count + message.DroppedFiles.Count == 0 ? null : message;
    }

    private Assignments NewMessage(ClusterState view) => new() { Epoch = epoch.ToWire(), Revision = view.Revision };

    private void Add(Assignments message, TaskRecord task)
    {
        _sent[task.Id] = task.Desired;
        _files.Needs(task);
        if (_sentSpecs.Add((task.ServiceId, task.Spec.Version)))
            message.Specs.Add(task.Spec.ToWire());
        message.Tasks.Add(task.ToAssignment());
    }
}
