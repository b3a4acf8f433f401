using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Api.Views;

namespace Orch.Manager.Api.Endpoints;

/// <summary>A filtered list of tasks, started from the narrowest index that the filters name.</summary>
internal sealed class TaskSearch
{
    private readonly ClusterState _state;
    private readonly Filters _filters;
    private readonly HashSet<ServiceId> _services = [];
    private readonly HashSet<NodeId> _nodes = [];
    private readonly HashSet<TaskState> _desired = [];
    private readonly bool _onlyUpToDate;

    private TaskSearch(ClusterState state, Filters filters)
    {
        (_state, _filters) = (state, filters);
        _onlyUpToDate = filters.Get("_up-to-date").Any(value => value is "true" or "1");
    }

    /// <summary>Resolves what the filters name; an unknown service or node is a 404, as Docker's.</summary>
    public static (TaskSearch? Search, Problem? Problem) Of(ClusterState state, Filters filters)
    {
        var search = new TaskSearch(state, filters);
        foreach (var reference in filters.Get("service"))
        {
            var (service, refusal) = Lookup.Service(state, reference);
            if (service is null)
                return search.OrphansOf(reference) ? (search, null) : (null, Problem.From(refusal!));
            search._services.Add(service.Id);
        }
        foreach (var reference in filters.Get("node"))
        {
            var (node, refusal) = Lookup.Node(state, reference);
            if (node is null)
                return (null, Problem.From(refusal!));
            search._nodes.Add(node.Id);
        }
        foreach (var word in filters.Get("desired-state"))
        {
            if (!TryRead(word, out var desired))
                return (null, Problem.Invalid($"Invalid desired-state filter: '{word}'"));
            search._desired.Add(desired);
        }
        return (search, null);
    }

    public IEnumerable<TaskRecord> Run() => Candidates().Where(Matches);

    private IEnumerable<TaskRecord> Candidates() =>
        _services.Count > 0 ? _services.SelectMany(_state.TaskRecordsOf)
        : _nodes.Count > 0 ? _nodes.SelectMany(_state.TasksOn)
        : _state.Tasks.Values;

    private bool Matches(TaskRecord task) =>
        TaskViews.IsShown(_state, task)
        && (_nodes.Count == 0 || _nodes.Contains(task.NodeId))
        && (_desired.Count == 0 || _desired.Contains(TaskViews.DesiredOf(task)))
        && (!_filters.Has("id") || _filters.Prefix("id", task.Id.ToString()))
        && (!_filters.Has("name") || _filters.Prefix("name", task.Name))
        && _filters.Labels("label", task.Spec.ServiceLabels)
        && _filters.Exact("runtime", task.Spec.Template.Runtime ?? "container")
        && (!_onlyUpToDate || _state.Services.Get(task.ServiceId)?.TaskSpec.Version == task.Spec.Version);

    /// <summary>Tasks of a removed service stay listed under its id until they have stopped.</summary>
    private bool OrphansOf(string reference) =>
        Ids.TryParse<ServiceId>(reference, out var id) && _state.TasksOf(id).TaskCount > 0 && _services.Add(id);

    private static bool TryRead(string word, out TaskState state)
    {
        foreach (var known in Enum.GetValues<TaskState>())
        {
            state = known;
            if (known.Word() == word)
                return true;
        }
        state = default;
        return false;
    }
}
