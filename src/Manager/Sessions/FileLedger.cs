using Google.Protobuf;
using Orch.Contracts.Agent;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Manager.Sessions;

/// <summary>
/// Which secrets and configs one agent holds in this session: exactly those that a task of its node still needs, because it
/// is to run and has not ended. Pure.
/// </summary>
internal sealed class FileLedger
{
    private readonly Dictionary<TaskId, FileId[]> _needs = [];
    private readonly Dictionary<FileId, int> _tasks = [];
    private readonly HashSet<FileId> _sent = [];
    private readonly HashSet<FileId> _changed = [];

    public void Needs(TaskRecord task)
    {
        if (!task.IsAlive)
            Forget(task.Id);
        else if (!_needs.ContainsKey(task.Id) && FileReferences.In(task.Spec.Template).Distinct().ToArray() is { Length: > 0 } files)
        {
            _needs[task.Id] = files;
            foreach (var file in files)
                Count(file, +1);
        }
    }

    public void Forget(TaskId task)
    {
        if (!_needs.Remove(task, out var files))
            return;
        foreach (var file in files)
            Count(file, -1);
    }

    /// <summary>Adds what must go to the agent, and what it must forget, since the last time.</summary>
    public void Settle(ClusterState view, Assignments message)
    {
        foreach (var id in _changed)
        {
            if (!_tasks.ContainsKey(id))
            {
                if (_sent.Remove(id))
                    message.DroppedFiles.Add(id.ToString());
            }
            else if (view.Files.TryGet(id, out var file) && _sent.Add(id))
                message.Files.Add(ToWire(file));
        }
        _changed.Clear();
    }

    private static FilePayload ToWire(ClusterFile file) => new()
    {
        Id = file.Id.ToString(),
        Data = ByteString.CopyFrom(file.Spec.Data ?? []),
        IsTemplate = file.Spec.Templating?.Name is { Length: > 0 },
    };

    private void Count(FileId file, int by)
    {
        var count = _tasks.GetValueOrDefault(file) + by;
        if (count > 0)
            _tasks[file] = count;
        else
            _tasks.Remove(file);
        _changed.Add(file);
    }
}
