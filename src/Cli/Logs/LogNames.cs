using Orch.Cli.Http;
using Orch.Contracts.Api;

namespace Orch.Cli.Logs;

/// <summary>Whose a line is, in names. Each is asked for once; what is gone, or not to be resolved, is shown by its id.</summary>
internal sealed class LogNames(OrchClient client, bool resolve)
{
    private readonly Dictionary<string, string> _known = [];
    private readonly Dictionary<string, ulong> _slots = [];

    public string Service(string id) =>
        Named(id, () => client.Find($"/services/{Query.Segment(id)}", ApiJson.Default.ServiceView)?.Spec.Name);

    public string Node(string id) =>
        Named(id, () => client.Find($"/nodes/{Query.Segment(id)}", ApiJson.Default.NodeView)?.Description.Hostname);

    /// <summary>0 for a task of a global service.</summary>
    public ulong Slot(string task)
    {
        if (!_slots.TryGetValue(task, out var slot))
            _slots[task] = slot = client.Find($"/tasks/{Query.Segment(task)}", ApiJson.Default.TaskView)?.Slot ?? 0;
        return slot;
    }

    private string Named(string id, Func<string?> find)
    {
        if (!resolve)
            return id;
        if (!_known.TryGetValue(id, out var name))
            _known[id] = name = find() is { Length: > 0 } found ? found : id;
        return name;
    }
}
