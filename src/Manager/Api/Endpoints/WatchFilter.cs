using Microsoft.AspNetCore.Http;
using Orch.Contracts.Api;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Manager.Api.Endpoints;

/// <summary>
/// What a watch is about. A filter by service concerns services and their tasks, one by node nodes and their tasks, so a
/// watch of one service still sees the nodes that its tasks run on.
/// </summary>
internal sealed class WatchFilter
{
    private readonly HashSet<ServiceId> _services = [];
    private readonly HashSet<NodeId> _nodes = [];
    private readonly IReadOnlyList<string> _types;

    private WatchFilter(IReadOnlyList<string> types) => _types = types;

    public static (WatchFilter? Filter, Problem? Problem) Of(HttpRequest request, ClusterState state)
    {
        var (filters, problem) = Filters.Of(request, "type", "service", "node");
        if (filters is null)
            return (null, problem);
        var watch = new WatchFilter(filters.Get("type"));
        foreach (var type in watch._types)
        {
            if (type is not (WatchEvent.Service or WatchEvent.Task or WatchEvent.Node))
                return (null, Problem.Invalid($"Invalid type filter: '{type}' (there are service, task and node)"));
        }
        foreach (var reference in filters.Get("service"))
        {
            var (service, refusal) = Lookup.Service(state, reference);
            if (service is null)
                return (null, Problem.From(refusal!));
            watch._services.Add(service.Id);
        }
        foreach (var reference in filters.Get("node"))
        {
            var (node, refusal) = Lookup.Node(state, reference);
            if (node is null)
                return (null, Problem.From(refusal!));
            watch._nodes.Add(node.Id);
        }
        return (watch, null);
    }

    public bool WantsServices => Wants(WatchEvent.Service);
    public bool WantsTasks => Wants(WatchEvent.Task);
    public bool WantsNodes => Wants(WatchEvent.Node);

    public bool Covers(ServiceId id) => _services.Count == 0 || _services.Contains(id);

    public bool Covers(NodeId id) => _nodes.Count == 0 || _nodes.Contains(id);

    public bool Covers(TaskRecord task) => Covers(task.ServiceId) && Covers(task.NodeId);

    public IEnumerable<Service> Services(ClusterState state) => !WantsServices ? []
        : _services.Count == 0 ? state.Services.Values : _services.Select(state.Services.Get).OfType<Service>();

    public IEnumerable<Node> Nodes(ClusterState state) => !WantsNodes ? []
        : _nodes.Count == 0 ? state.Nodes.Values : _nodes.Select(state.Nodes.Get).OfType<Node>();

    public IEnumerable<TaskRecord> Tasks(ClusterState state) => !WantsTasks ? []
        : _services.Count > 0 ? _services.SelectMany(state.TaskRecordsOf).Where(Covers)
        : _nodes.Count > 0 ? _nodes.SelectMany(state.TasksOn)
        : state.Tasks.Values;

    private bool Wants(string type) => _types.Count == 0 || _types.Contains(type);
}
