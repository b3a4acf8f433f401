using Orch.Contracts.Api;
using Orch.Core.Model;

namespace Orch.Cli.Waiting;

/// <summary>
/// How far a drained node is from being empty: which tasks are still on it, and what each of them waits for, which is
/// as a rule its successor elsewhere.
/// </summary>
internal sealed class Draining(string nodeId, string shown) : WatchedState
{
    private readonly Dictionary<string, TaskView> _tasks = [];
    private readonly Dictionary<string, NodeView> _nodes = [];
    private readonly Dictionary<string, string> _services = [];
    private readonly HashSet<string> _seen = [];

    public override Picture Look()
    {
        var title = $"draining {shown}";
        if (!_nodes.TryGetValue(nodeId, out var node))
            return IsSynced ? new(Verdict.Converged, title, _seen.Count, _seen.Count, [], null)
                : new(Verdict.Waiting, title, 0, 0, [], null);
        var left = _tasks.Values.Where(task => task.NodeID == nodeId && !IsOver(task)).ToList();
        foreach (var task in left)
            _seen.Add(task.ID);
        var lines = left.Select(task => new TaskLine(Name(task), task.Status.State, Why(task))).ToList();
        lines.Sort((a, b) => Output.NaturalOrder.Instance.Compare(a.Label, b.Label));
        var picture = new Picture(Verdict.Waiting, title, _seen.Count - left.Count, _seen.Count, lines, null);
        if (node.Spec.Availability != Core.Model.Specs.NodeAvailability.Drain)
            return picture with { Verdict = Verdict.Failed, Message = $"node {shown} is not drained any more: somebody made it active again" };
        if (node.Status.State == "down" && left.Count > 0)
            return picture with { Verdict = Verdict.Converged, Message = $"node {shown} is down: its tasks were replaced, what is left of them ends when it returns" };
        return left.Count == 0 ? picture with { Verdict = Verdict.Converged } : picture;
    }

    protected override void Clear()
    {
        _tasks.Clear();
        _nodes.Clear();
        _services.Clear();
    }

    protected override void Take(WatchEvent change)
    {
        switch (change.Type)
        {
            case WatchEvent.Node when WatchDecoder.Object(change, ApiJson.Default.NodeView) is { } node:
                Keep(_nodes, node.ID, node, change);
                break;
            case WatchEvent.Task when WatchDecoder.Object(change, ApiJson.Default.TaskView) is { } task:
                Keep(_tasks, task.ID, task, change);
                break;
            case WatchEvent.Service when WatchDecoder.Object(change, ApiJson.Default.ServiceView) is { } service:
                Keep(_services, service.ID, service.Spec.Name, change);
                break;
        }
    }

    private static bool IsOver(TaskView task) => Order(task.Status.State) > (int)TaskState.Running;

    private string Name(TaskView task)
    {
        var service = _services.GetValueOrDefault(task.ServiceID, task.ServiceID);
        return task.Slot is { } slot ? $"{service}.{slot}" : service;
    }

    /// <summary>Told to stop already; or what became of the task that is to take its place.</summary>
    private string Why(TaskView task)
    {
        if (Order(task.DesiredState) > (int)TaskState.Running)
            return "is stopping";
        var successor = _tasks.Values
            .Where(other => other.ServiceID == task.ServiceID && other.Slot == task.Slot && other.Slot is not null
                && other.NodeID != nodeId && !IsOver(other) && other.ID != task.ID)
            .MaxBy(other => other.CreatedAt);
        if (successor is null)
            return "runs until it can be replaced";
        var where = successor.NodeID is { Length: > 0 } node && _nodes.TryGetValue(node, out var view)
            ? $" on {view.Description.Hostname}" : "";
        var error = successor.Status.Err is { Length: > 0 } why ? $": {why}" : "";
        return $"waits for its successor, {successor.Status.State}{where}{error}";
    }

    private static int Order(string word)
    {
        foreach (var state in Enum.GetValues<TaskState>())
            if (state.Word() == word)
                return (int)state;
        return int.MaxValue;
    }
}
