using Orch.Contracts.Api;
using Orch.Core.Model;

namespace Orch.Cli.Waiting;

internal enum Verdict
{
    /// <summary>Not there yet; the next event may change it.</summary>
    Waiting,

    /// <summary>Every wanted task runs, and no update is in progress.</summary>
    Converged,

    /// <summary>It stopped short: paused, or rolled back although nobody asked for that.</summary>
    Failed,
}

/// <summary>What a waiting user sees: a title, a count, a line per task, and why it ended.</summary>
internal sealed record Picture(Verdict Verdict, string Title, int Done, int Total, IReadOnlyList<TaskLine> Lines, string? Message);

/// <summary>One slot: its label (1/3, or a node's name), the state of its task, and why that does not run.</summary>
internal sealed record TaskLine(string Label, string State, string? Error);

/// <summary>
/// How far a service is from what its spec wants. <paramref name="before"/> is the update that the command found: if that
/// was a rollback already, its end is not what the command came to, and not its failure.
/// </summary>
internal sealed class Convergence(bool rollbackWanted, UpdateStatusView? before = null) : WatchedState
{
    private readonly Dictionary<string, TaskView> _tasks = [];
    private readonly Dictionary<string, NodeView> _nodes = [];
    private ServiceView? _service;
    private string _template = "";

    protected override void Clear()
    {
        _tasks.Clear();
        _nodes.Clear();
        _service = null;
    }

    protected override void Take(WatchEvent change)
    {
        switch (change.Type)
        {
            case WatchEvent.Service when WatchDecoder.Object(change, ApiJson.Default.ServiceView) is { } service:
                _service = change.Action == WatchEvent.Remove ? null : service;
                _template = TemplateText(service.Spec.TaskTemplate ?? new());
                break;
            case WatchEvent.Task when WatchDecoder.Object(change, ApiJson.Default.TaskView) is { } task:
                Keep(_tasks, task.ID, task, change);
                break;
            case WatchEvent.Node when WatchDecoder.Object(change, ApiJson.Default.NodeView) is { } node:
                Keep(_nodes, node.ID, node, change);
                break;
        }
    }

    public override Picture Look()
    {
        if (_service is null)
            return IsSynced
                ? new(Verdict.Failed, "", 0, 0, [], "the service was removed")
                : new(Verdict.Waiting, "overall progress", 0, 0, [], null);
        var state = _service.UpdateStatus?.State;
        var title = state is "rollback_started" or "rollback_paused" ? "rolling back update" : "overall progress";
        var (done, total, lines) = _service.Spec.Mode switch
        {
            { Global: not null } => Global(task => Runs(task)),
            { GlobalJob: not null } => Global(task => task.Status.State == "complete"),
            { ReplicatedJob: { } job } => Job((int)(job.TotalCompletions ?? 1)),
            var mode => Replicated((int)(mode?.Replicated?.Replicas ?? 1)),
        };
        var (verdict, message) = Judge(state, done == total && (total > 0 || _service.Spec.Mode is null or { Global: null, GlobalJob: null }));
        if (_service.JobStatus is not null && verdict == Verdict.Waiting && GaveUp())
            (verdict, message) = (Verdict.Failed, $"job stopped with {done} of {total} tasks complete: the restart policy allows no other try");
        if (verdict == Verdict.Waiting && EndedForGood() is { } ended)
            (verdict, message) = (Verdict.Failed, ended);
        return new(IsSynced ? verdict : Verdict.Waiting, title, done, total, lines, message);
    }

    /// <summary>Tasks of this run exist and none of them goes on: a failed one is replaced in the same moment, or never.</summary>
    private bool GaveUp()
    {
        var run = _service!.JobStatus!.JobIteration.Index;
        var tasks = _tasks.Values.Where(task => (task.JobIteration?.Index ?? 0) == run).ToList();
        return tasks.Count > 0 && tasks.TrueForAll(task => Order(task.Status.State) > (int)TaskState.Running);
    }

    /// <summary>A service whose tasks are run once, and failed.</summary>
    private string? EndedForGood()
    {
        if (_service!.JobStatus is not null || _service.Spec.TaskTemplate?.RestartPolicy?.Condition is not "none" || _service.UpdateStatus?.State is "updating")
            return null;
        var tasks = _tasks.Values.Where(IsUpToDate).ToList();
        return tasks.Count > 0 && tasks.TrueForAll(task => Order(task.Status.State) > (int)TaskState.Running)
            && tasks.Find(task => task.Status.State is "failed" or "rejected") is { } failed
            ? $"a task failed, and the restart policy allows no other try: {failed.Status.Err}" : null;
    }

    private (Verdict, string?) Judge(string? state, bool allRun)
    {
        var message = _service!.UpdateStatus?.Message;
        return state switch
        {
            "paused" => (Verdict.Failed, $"service update paused: {message}"),
            "rollback_paused" => (Verdict.Failed, $"service rollback paused: {message}"),
            "updating" or "rollback_started" => (Verdict.Waiting, null),
            "rollback_completed" when allRun && !rollbackWanted && !IsOldRollback() =>
                (Verdict.Failed, $"service update failed and was rolled back: {message}"),
            _ => (allRun ? Verdict.Converged : Verdict.Waiting, null),
        };
    }

    private bool IsOldRollback() => before?.State is "rollback_started" or "rollback_paused" or "rollback_completed"
        && before.StartedAt == _service!.UpdateStatus!.StartedAt;

    private (int, int, List<TaskLine>) Replicated(int replicas)
    {
        var slots = _tasks.Values.Where(task => task.Slot is > 0).ToLookup(task => task.Slot!.Value);
        var lines = new List<TaskLine>();
        var done = 0;
        for (var slot = 1; slot <= replicas; slot++)
        {
            var current = Current(slots[(ulong)slot]);
            done += current is not null && (Runs(current) || IsDone(current)) ? 1 : 0;
            lines.Add(Line($"{slot}/{replicas}", current, slots[(ulong)slot]));
        }
        return (done, replicas, lines);
    }

    private (int, int, List<TaskLine>) Global(Func<TaskView, bool> done)
    {
        var count = 0;
        var lines = new List<TaskLine>();
        foreach (var tasks in _tasks.Values.Where(task => task.NodeID is { Length: > 0 }).ToLookup(task => task.NodeID!))
        {
            if (IsDown(tasks.Key) || Current(tasks) is not { } current)
                continue;
            count += done(current) ? 1 : 0;
            lines.Add(Line(NodeName(tasks.Key), current, tasks));
        }
        lines.Sort((a, b) => Output.NaturalOrder.Instance.Compare(a.Label, b.Label));
        return (count, lines.Count, lines);
    }

    private (int, int, List<TaskLine>) Job(int completions)
    {
        var iteration = _service!.JobStatus?.JobIteration.Index ?? 0;
        var tasks = _tasks.Values.Where(task => (task.JobIteration?.Index ?? 0) == iteration).ToList();
        var lines = tasks.ToLookup(task => task.Slot ?? 0).OrderBy(slot => slot.Key)
            .Select(slot => Line($"{slot.Key + 1}/{completions}", slot.MaxBy(task => task.CreatedAt), slot)).ToList();
        return (tasks.Count(task => task.Status.State == "complete"), completions, lines);
    }

    /// <summary>The task of a slot that counts: wanted before unwanted, then the least advanced; none on a lost node.</summary>
    private TaskView? Current(IEnumerable<TaskView> slot) => slot
        .Where(task => IsUpToDate(task) && !IsDown(task.NodeID))
        .OrderBy(task => Order(task.DesiredState)).ThenBy(task => Order(task.Status.State)).FirstOrDefault();

    private static bool Runs(TaskView task) =>
        task.Status.State == "running" && Order(task.DesiredState) <= (int)TaskState.Running;

    /// <summary>It ended well, and its policy wants no other: a service may be a task that is done once.</summary>
    private static bool IsDone(TaskView task) =>
        task.Status.State == "complete" && task.Spec.RestartPolicy?.Condition is "none" or "on-failure";

    /// <summary>Made from the present spec. Without a previous one, or once an update ended, there are no others.</summary>
    private bool IsUpToDate(TaskView task) => _service?.PreviousSpec is null
        || _service.UpdateStatus?.State is "completed" or "rollback_completed" || TemplateText(task.Spec) == _template;

    private static string TemplateText(Core.Model.Specs.TaskTemplate template) => System.Text.Encoding.UTF8.GetString(
        ApiJson.Write(new TaskView { Spec = template }.Spec, ApiJson.Default.TaskTemplate));

    private static TaskLine Line(string label, TaskView? current, IEnumerable<TaskView> slot)
    {
        if (current is { Status.Err: { Length: > 0 } error } && current.Status.State != "running")
            return new(label, current.Status.State, error);
        var last = slot.Where(task => task.Status.State is "failed" or "rejected" && task.Status.Err is { Length: > 0 })
            .MaxBy(task => task.Status.Timestamp);
        // While a replacement is on its way, why the last try failed is what the user needs to see.
        var why = current is null || !Runs(current) ? last?.Status.Err : null;
        return new(label, current?.Status.State ?? "", why is null ? null : $"{why} (last try)");
    }

    private bool IsDown(string? node) => node is { Length: > 0 } && _nodes.TryGetValue(node, out var view) && view.Status.State == "down";

    private string NodeName(string id) => _nodes.TryGetValue(id, out var node) ? node.Description.Hostname : id;

    /// <summary>A word this version does not know comes last.</summary>
    private static int Order(string word)
    {
        foreach (var state in Enum.GetValues<TaskState>())
            if (state.Word() == word)
                return (int)state;
        return int.MaxValue;
    }
}
