using System.Text.Json;
using Orch.Contracts.Agent;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Agent.Tasks;

/// <summary>The tasks of this node, the templates they run, and which of them have to be looked at.</summary>
internal sealed class TaskSet(Outbox outbox, FileShelf files)
{
    private readonly Dictionary<TaskId, LocalTask> _tasks = [];
    private readonly Dictionary<(string Service, ulong Version), TaskSpec> _specs = [];
    private readonly Queue<LocalTask> _queue = new();

    public IEnumerable<LocalTask> All => _tasks.Values;
    public int Count => _tasks.Count;
    public IEnumerable<(string Service, ulong Version)> Specs => _specs.Keys;

    public LocalTask? Find(TaskId id) => _tasks.GetValueOrDefault(id);

    public LocalTask FindOrAdd(TaskId id)
    {
        if (!_tasks.TryGetValue(id, out var task))
            _tasks[id] = task = new(id);
        return task;
    }

    /// <summary>The task is looked at before the step ends.</summary>
    public void Queue(LocalTask task)
    {
        if (task.Queued)
            return;
        task.Queued = true;
        _queue.Enqueue(task);
    }

    public void QueueAll()
    {
        foreach (var task in _tasks.Values)
            Queue(task);
    }

    public bool TryTake(out LocalTask task)
    {
        if (!_queue.TryDequeue(out task!))
            return false;
        task.Queued = false;
        return true;
    }

    public void Drop(LocalTask task)
    {
        _tasks.Remove(task.Id);
        files.Clear(task.Id);
        outbox.Persist(new JournalEntry.Gone(task.Id));
    }

    public TaskSpec? FindSpec(string service, ulong version) => _specs.GetValueOrDefault((service, version));

    /// <summary>False, with a line in the log, for a template that cannot be read: its tasks are rejected later.</summary>
    public bool AddSpec(TaskSpecVersion wire)
    {
        try
        {
            _specs[(wire.ServiceId, wire.Version)] = Parse(wire);
            return true;
        }
        catch (JsonException e)
        {
            outbox.Warn($"service {wire.ServiceName} version {wire.Version}: its template cannot be read: {e.Message}");
            return false;
        }
    }

    /// <summary>
    /// Forgets templates no task runs. Only when a complete set arrives: within a session the manager sends each once.
    /// </summary>
    public void PruneSpecs(IReadOnlySet<(string Service, ulong Version)> keep)
    {
        var used = _tasks.Values.Where(t => t.Assignment is not null)
            .Select(t => (t.Assignment!.ServiceId, t.Assignment.SpecVersion)).ToHashSet();
        foreach (var key in _specs.Keys.Where(key => !used.Contains(key) && !keep.Contains(key)).ToList())
        {
            _specs.Remove(key);
            outbox.Persist(new JournalEntry.SpecDropped(key.Service, key.Version));
        }
    }

    private static TaskSpec Parse(TaskSpecVersion wire)
    {
        _ = Ids.TryParse<ServiceId>(wire.ServiceId, out var service);
        return new()
        {
            ServiceId = service,
            ServiceName = wire.ServiceName,
            Version = wire.Version,
            Template = JsonSerializer.Deserialize(wire.TemplateJson.Span, SpecJson.Default.TaskTemplate)
                ?? throw new JsonException("the template is null"),
            Endpoint = wire.EndpointJson.IsEmpty
                ? null
                : JsonSerializer.Deserialize(wire.EndpointJson.Span, SpecJson.Default.EndpointSpec),
            ServiceLabels = wire.LabelsJson.IsEmpty
                ? null
                : JsonSerializer.Deserialize(wire.LabelsJson.Span, SpecJson.Default.DictionaryStringString),
        };
    }
}
