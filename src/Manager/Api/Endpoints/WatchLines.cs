using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Orch.Contracts.Api;
using Orch.Core.State;
using Orch.Manager.Api.Views;

namespace Orch.Manager.Api.Endpoints;

/// <summary>Writes the lines of one watch (<see cref="WatchEvent"/>), objects without a detour through a document.</summary>
internal sealed class WatchLines(LineStream stream, WatchFilter filter, ApiServices api)
{
    /// <summary>Everything there is. After a gap (<paramref name="seen"/> given) also what went away meanwhile.</summary>
    public async ValueTask<bool> AllAsync(ClusterState view, ClusterState? seen)
    {
        if (seen is not null && !await VanishedAsync(seen, view))
            return false;
        var context = NodeEndpoints.ContextOf(api);
        foreach (var node in filter.Nodes(view))
        {
            if (!await SetAsync(WatchEvent.Node, NodeViews.Of(node, context), ApiJson.Default.NodeView, view))
                return false;
        }
        foreach (var service in filter.Services(view))
        {
            if (!await SetAsync(WatchEvent.Service, ServiceViews.Of(view, service), ApiJson.Default.ServiceView, view))
                return false;
        }
        foreach (var task in filter.Tasks(view).Where(task => TaskViews.IsShown(view, task)))
        {
            if (!await SetAsync(WatchEvent.Task, TaskViews.Of(view, task), ApiJson.Default.TaskView, view))
                return false;
        }
        return await SyncedAsync(view);
    }

    public async ValueTask<bool> ChangedAsync(ClusterState seen, ClusterState view, Changes changes) =>
        await NodesAsync(seen, view, changes) && await ServicesAsync(seen, view, changes)
        && await TasksAsync(seen, view, changes);

    public ValueTask<bool> SyncedAsync(ClusterState view) => stream.WriteAsync(json =>
    {
        json.WriteStartObject();
        json.WriteString("Type", WatchEvent.Synced);
        json.WriteNumber("Revision", view.Revision);
        json.WriteEndObject();
    });

    private async ValueTask<bool> NodesAsync(ClusterState seen, ClusterState view, Changes changes)
    {
        if (!filter.WantsNodes)
            return true;
        var context = NodeEndpoints.ContextOf(api);
        foreach (var id in changes.Nodes.Where(filter.Covers))
        {
            var before = seen.Nodes.Get(id);
            var node = view.Nodes.Get(id);
            if (ReferenceEquals(before, node))
                continue;
            var open = node is not null
                ? await SetAsync(WatchEvent.Node, NodeViews.Of(node, context), ApiJson.Default.NodeView, view)
                : await RemoveAsync(WatchEvent.Node, id.ToString(), view);
            if (!open)
                return false;
        }
        return true;
    }

    private async ValueTask<bool> ServicesAsync(ClusterState seen, ClusterState view, Changes changes)
    {
        if (!filter.WantsServices)
            return true;
        foreach (var id in changes.Services.Where(filter.Covers))
        {
            var before = seen.Services.Get(id);
            var service = view.Services.Get(id);
            if (ReferenceEquals(before, service))
                continue;
            var open = service is not null
                ? await SetAsync(WatchEvent.Service, ServiceViews.Of(view, service), ApiJson.Default.ServiceView, view)
                : await RemoveAsync(WatchEvent.Service, id.ToString(), view);
            if (!open)
                return false;
        }
        return true;
    }

    private async ValueTask<bool> TasksAsync(ClusterState seen, ClusterState view, Changes changes)
    {
        if (!filter.WantsTasks)
            return true;
        foreach (var id in changes.Tasks)
        {
            var before = seen.Tasks.Get(id);
            var now = view.Tasks.Get(id);
            if (ReferenceEquals(before, now))
                continue;
            var open = true;
            if (now is not null && filter.Covers(now) && TaskViews.IsShown(view, now))
                open = await SetAsync(WatchEvent.Task, TaskViews.Of(view, now), ApiJson.Default.TaskView, view);
            else if (before is not null && filter.Covers(before) && TaskViews.IsShown(seen, before))
                open = await RemoveAsync(WatchEvent.Task, id.ToString(), view);
            if (!open)
                return false;
        }
        return true;
    }

    private async ValueTask<bool> VanishedAsync(ClusterState seen, ClusterState view)
    {
        foreach (var node in filter.Nodes(seen).Where(node => !view.Nodes.Contains(node.Id)))
            await RemoveAsync(WatchEvent.Node, node.Id.ToString(), view);
        foreach (var service in filter.Services(seen).Where(service => !view.Services.Contains(service.Id)))
            await RemoveAsync(WatchEvent.Service, service.Id.ToString(), view);
        foreach (var task in filter.Tasks(seen).Where(task => !view.Tasks.Contains(task.Id)))
            await RemoveAsync(WatchEvent.Task, task.Id.ToString(), view);
        return await stream.FlushAsync();
    }

    private ValueTask<bool> SetAsync<T>(string type, T value, JsonTypeInfo<T> info, ClusterState view) =>
        stream.WriteAsync(json =>
        {
            Begin(json, type, WatchEvent.Set);
            JsonSerializer.Serialize(json, value, info);
            End(json, view);
        });

    private ValueTask<bool> RemoveAsync(string type, string id, ClusterState view) => stream.WriteAsync(json =>
    {
        Begin(json, type, WatchEvent.Remove);
        json.WriteStartObject();
        json.WriteString("ID", id);
        json.WriteEndObject();
        End(json, view);
    });

    private static void Begin(Utf8JsonWriter json, string type, string action)
    {
        json.WriteStartObject();
        json.WriteString("Type", type);
        json.WriteString("Action", action);
        json.WritePropertyName("Object");
    }

    private static void End(Utf8JsonWriter json, ClusterState view)
    {
        json.WriteNumber("Revision", view.Revision);
        json.WriteEndObject();
    }
}
