using Orch.Core.Commands;
using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>
/// Finds what a user means: full id, then exact name (a node's hostname), then unique id prefix; there is no name-prefix
/// match (moby daemon/cluster/helpers.go).
/// </summary>
public static class Lookup
{
    public static (Service? Found, Refusal? Refusal) Service(ClusterState state, string reference)
    {
        if (Ids.TryParse<ServiceId>(reference, out var id) && state.Services.TryGet(id, out var byId))
            return (byId, null);
        if (state.ServicesByName.TryGet(reference, out var named))
            return (state.Services.Get(named), null);
        return ByPrefix("service", reference, state.Services.Values, service => service.Id.ToString());
    }

    public static (Node? Found, Refusal? Refusal) Node(ClusterState state, string reference)
    {
        if (Ids.TryParse<NodeId>(reference, out var id) && state.Nodes.TryGet(id, out var byId))
            return (byId, null);
        var named = state.Nodes.Values.Where(node => node.Description.Hostname == reference).Take(2).ToList();
        if (named.Count == 1)
            return (named[0], null);
        if (named.Count > 1)
            return (null, Ambiguous("node", reference, named.Count));
        return ByPrefix("node", reference, state.Nodes.Values, node => node.Id.ToString());
    }

    public static (TaskRecord? Found, Refusal? Refusal) Task(ClusterState state, string reference)
    {
        if (Ids.TryParse<TaskId>(reference, out var id) && state.Tasks.TryGet(id, out var byId))
            return (byId, null);
        var byName = TaskByName(state, reference);
        return byName is not null ? (byName, null)
            : ByPrefix("task", reference, state.Tasks.Values, task => task.Id.ToString());
    }

    public static (ClusterFile? Found, Refusal? Refusal) File(ClusterState state, FileKind kind, string reference)
    {
        if (Ids.TryParse<FileId>(reference, out var id) && state.Files.TryGet(id, out var byId) && byId.Kind == kind)
            return (byId, null);
        if (state.FilesByName.TryGet(new(kind, reference), out var named))
            return (state.Files.Get(named), null);
        return ByPrefix(
            FileRules.WordOf(kind), reference, state.Files.Values.Where(file => file.Kind == kind), file => file.Id.ToString());
    }

    public static (Network? Found, Refusal? Refusal) Network(ClusterState state, string reference)
    {
        if (Ids.TryParse<NetworkId>(reference, out var id) && state.Networks.TryGet(id, out var byId))
            return (byId, null);
        if (state.NetworksByName.TryGet(reference, out var named))
            return (state.Networks.Get(named), null);
        return ByPrefix("network", reference, state.Networks.Values, network => network.Id.ToString());
    }

    /// <summary>web.1.x3k… names its task by the id at its end.</summary>
    private static TaskRecord? TaskByName(ClusterState state, string reference)
    {
        var dot = reference.LastIndexOf('.');
        return dot > 0 && Ids.TryParse<TaskId>(reference[(dot + 1)..], out var id)
            && state.Tasks.TryGet(id, out var task) && task.Name == reference ? task : null;
    }

    private static (T? Found, Refusal? Refusal) ByPrefix<T>(
        string kind, string reference, IEnumerable<T> all, Func<T, string> idOf) where T : class
    {
        if (reference is "" || reference.Any(c => c is not (>= '0' and <= '9' or >= 'a' and <= 'z')))
            return (null, NotFound(kind, reference));
        var matches = all.Where(item => idOf(item).StartsWith(reference, StringComparison.Ordinal)).ToList();
        return matches.Count switch
        {
            0 => (null, NotFound(kind, reference)),
            1 => (matches[0], null),
            var many => (null, Ambiguous(kind, reference, many)),
        };
    }

    private static Refusal NotFound(string kind, string reference) =>
        new(RefusalKind.NotFound, $"{kind} {reference} not found");

    private static Refusal Ambiguous(string kind, string reference, int matches) =>
        new(RefusalKind.Invalid, $"{kind} {reference} is ambiguous ({matches} matches found)");
}
