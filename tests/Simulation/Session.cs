using Orch.Contracts.Agent;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Sessions;

namespace Orch.Tests.Simulation;

/// <summary>The manager's side of a session, one command at a time as in the product, with its real ledger and mapping.</summary>
internal sealed class Session(Manager manager, Link link, ClusterState first)
{
    private readonly AssignmentLedger _ledger = new(link.Machine.Node, manager.Epoch);
    private readonly Queue<(ClusterCommand Command, Action Then)> _commands = new();
    private readonly Queue<AgentMessage> _early = new();
    private readonly HashSet<TaskId> _touched = [];
    private bool _busy;

    public Link Link => link;
    public bool Admitted { get; private set; }

    public void Welcome(ClusterId cluster, Hello hello)
    {
        if (!first.Nodes.Contains(link.Machine.Node))
        {
            End();
            return;
        }
        link.ToAgent.Send(new ManagerMessage
        {
            Welcome = new() { ClusterId = cluster.ToString(), Epoch = manager.Epoch.ToWire(), HeartbeatMs = 500 },
        });
        var node = link.Machine.Node;
        List<ObservedTask> tasks = [.. hello.Tasks.Select(report => report.ToObserved()).OfType<ObservedTask>()];
        Do(new DescribeNode(node, hello.Description.ToCore(), hello.Description.Address), () => { });
        Do(new ReportTasks(node, tasks, Complete: true), () => { });
        Do(new SetNodeState(node, NodeState.Ready, null), () =>
        {
            Admitted = true;
            link.ToAgent.Send(new ManagerMessage { Assignments = _ledger.Complete(manager.View!) });
            Record(tasks);
            while (_early.TryDequeue(out var message))
                Received(message);
        });
    }

    public void End()
    {
        link.ManagerClosed = true;
        link.ToAgent.Send(null);
    }

    public void Received(AgentMessage message)
    {
        if (!Admitted)
        {
            _early.Enqueue(message);
            return;
        }
        manager.Heard(link.Machine.Node);
        switch (message.BodyCase)
        {
            case AgentMessage.BodyOneofCase.Heartbeat:
                link.ToAgent.Send(new ManagerMessage { HeartbeatAck = new() { Sequence = message.Heartbeat.Sequence } });
                break;
            case AgentMessage.BodyOneofCase.Reports:
                List<ObservedTask> tasks = [.. message.Reports.Tasks.Select(r => r.ToObserved()).OfType<ObservedTask>()];
                Do(new ReportTasks(link.Machine.Node, tasks, false), () => Record(tasks));
                break;
            case AgentMessage.BodyOneofCase.Description:
                Do(new DescribeNode(link.Machine.Node, message.Description.ToCore(), message.Description.Address), () => { });
                break;
        }
    }

    public void Route(ClusterState view, Changes changes)
    {
        foreach (var id in changes.Tasks)
        {
            if (view.Tasks.TryGet(id, out var task) && task.NodeId == link.Machine.Node)
                _touched.Add(id);
        }
        foreach (var gone in changes.RemovedTasks)
        {
            if (gone.NodeId == link.Machine.Node)
                _touched.Add(gone.Id);
        }
        if (!Admitted || _touched.Count == 0)
            return;
        if (_ledger.Delta(view, _touched) is { } delta)
            link.ToAgent.Send(new ManagerMessage { Assignments = delta });
        _touched.Clear();
    }

    private void Record(List<ObservedTask> tasks)
    {
        var ended = new ReportsRecorded();
        ended.TaskIds.AddRange(tasks.Where(t => t.Status.State.IsTerminal()).Select(t => t.Id.ToString()));
        if (ended.TaskIds.Count > 0)
            link.ToAgent.Send(new ManagerMessage { Recorded = ended });
    }

    private void Do(ClusterCommand command, Action then)
    {
        _commands.Enqueue((command, then));
        Next();
    }

    private void Next()
    {
        if (_busy || !_commands.TryDequeue(out var next))
            return;
        _busy = true;
        manager.Execute(next.Command, decision =>
        {
            _busy = false;
            if (decision is null || link.ManagerClosed)
                return;
            next.Then();
            Next();
        });
    }
}
