using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Api.Views;

namespace Orch.Manager.Api.Endpoints;

/// <summary>What Docker would call the difference of two views: create, update or remove, with the old and new of what
/// people watch for. Pure.</summary>
internal static class EventLines
{
    public static IEnumerable<EventView> Of(ClusterState seen, ClusterState view, Changes changes, Timestamp now)
    {
        foreach (var id in changes.Nodes)
        {
            if (Of(seen.Nodes.Get(id), view.Nodes.Get(id), now) is { } line)
                yield return line;
        }
        foreach (var id in changes.Services)
        {
            if (Of(seen.Services.Get(id), view.Services.Get(id), now) is { } line)
                yield return line;
        }
        foreach (var id in changes.Networks)
        {
            if (Of(seen.Networks.Get(id), view.Networks.Get(id), now) is { } line)
                yield return line;
        }
        foreach (var id in changes.Files)
        {
            if (Of(seen.Files.Get(id), view.Files.Get(id), now) is { } line)
                yield return line;
        }
    }

    private static EventView? Of(Network? old, Network? now, Timestamp at) =>
        (now ?? old) is not { } network || now?.Version == old?.Version ? null
        : Line("network", old, now, network.Id.ToString(), new Dictionary<string, string> { ["name"] = network.Spec.Name }, at);

    private static EventView? Of(ClusterFile? old, ClusterFile? now, Timestamp at) =>
        (now ?? old) is not { } file || now?.Version == old?.Version ? null
        : Line(file.Kind == FileKind.Secret ? "secret" : "config", old, now, file.Id.ToString(),
            new Dictionary<string, string> { ["name"] = file.Spec.Name }, at);

    private static EventView? Of(Node? old, Node? now, Timestamp at)
    {
        if ((now ?? old) is not { } node || now?.Version == old?.Version && now?.State == old?.State)
            return null;
        var about = new Dictionary<string, string> { ["name"] = node.Description.Hostname };
        if (old is not null && now is not null)
        {
            Changed(about, "state", NodeViews.WordOf(old.State), NodeViews.WordOf(now.State));
            Changed(about, "availability", Word(old.Spec.Availability), Word(now.Spec.Availability));
            Changed(about, "role", Word(old.Spec.Role), Word(now.Spec.Role));
        }
        return Line("node", old, now, node.Id.ToString(), about, at);
    }

    private static EventView? Of(Service? old, Service? now, Timestamp at)
    {
        if ((now ?? old) is not { } service || now?.Version == old?.Version && now?.Update == old?.Update)
            return null;
        var about = new Dictionary<string, string> { ["name"] = service.Spec.Name };
        if (old is not null && now is not null)
        {
            if (!now.IsGlobal && !now.IsJob)
                Changed(about, "replicas", $"{old.Replicas}", $"{now.Replicas}");
            Changed(about, "image", ImageOf(old), ImageOf(now));
            Changed(about, "updatestate", UpdateOf(old), UpdateOf(now));
        }
        return Line("service", old, now, service.Id.ToString(), about, at);
    }

    private static EventView Line(
        string type, object? old, object? now, string id, Dictionary<string, string> about, Timestamp at) => new(
        type, old is null ? "create" : now is null ? "remove" : "update", new(id, about), "swarm",
        at.UnixNanos / 1_000_000_000, at.UnixNanos);

    private static void Changed(Dictionary<string, string> about, string key, string old, string now)
    {
        if (old == now)
            return;
        if (old.Length > 0)
            about[key + ".old"] = old;
        about[key + ".new"] = now;
    }

    private static string ImageOf(Service service) => service.Spec.TaskTemplate?.ContainerSpec?.Image ?? "";

    private static string UpdateOf(Service service) => service.Update is { } update ? ServiceViews.WordOf(update.State) : "";

    private static string Word<T>(T value) where T : struct, Enum => value.ToString().ToLowerInvariant();
}
