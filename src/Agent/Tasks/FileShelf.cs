using Orch.Agent.Engine;
using Orch.Contracts.Agent;
using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>What the shell found at start: the folder of all files, and the tasks whose files are complete in it.</summary>
public sealed record FilesFound(string Root, IReadOnlySet<TaskId> Placed)
{
    public static readonly FilesFound Nothing = new("/run/orch/files", new HashSet<TaskId>());
}

/// <summary>
/// Secrets and configs that managers sent, in memory only: neither journalled nor told to anybody. A task whose folder
/// is complete needs no manager, so an agent that restarts alone goes on with what it finds.
/// </summary>
internal sealed class FileShelf(FilesFound found, CoreState core, Outbox outbox)
{
    private readonly Dictionary<FileId, FilePayload> _files = [];
    private readonly HashSet<TaskId> _placed = [.. found.Placed];

    /// <summary>Of these it is not known whether anything lies there: the answer may have been lost.</summary>
    private readonly HashSet<TaskId> _asked = [];
    private bool _heardAll;

    public string FolderOf(TaskId task) => Path.Combine(found.Root, task.ToString());

    public void SessionOpened() => _heardAll = false;

    public void Asked(TaskId task) => _asked.Add(task);

    public void Placed(TaskId task) => _placed.Add(task);

    public void Take(Assignments set)
    {
        foreach (var file in set.Files)
        {
            if (Ids.TryParse<FileId>(file.Id, out var id))
                _files[id] = file;
        }
        foreach (var text in set.DroppedFiles)
        {
            if (Ids.TryParse<FileId>(text, out var id))
                _files.Remove(id);
        }
    }

    /// <summary>From here on what is not here will not come. Nothing stays for tasks that nobody knows any more.</summary>
    public void HeardAll(Assignments set, TaskSet tasks)
    {
        _heardAll = true;
        var needed = set.Tasks.Select(task => Ids.TryParse<TaskId>(task.TaskId, out var id) ? tasks.Find(id) : null)
            .SelectMany(Wanted).Select(file => file.Id).ToHashSet();
        foreach (var id in _files.Keys.Where(id => !needed.Contains(id)).ToList())
            _files.Remove(id);
        foreach (var task in _placed.Where(task => tasks.Find(task) is null).ToList())
            Clear(task);
    }

    public FilesPhase PhaseOf(LocalTask task) => _placed.Contains(task.Id) || Wanted(task).Count == 0 ? FilesPhase.Ready
        : Missing(task) is null ? FilesPhase.Arrived
        : FilesPhase.Awaited;

    /// <summary>Why the files of this task will never come; null while they may. One that runs does not need them.</summary>
    public string? ProblemOf(LocalTask task) =>
        _heardAll && core.ManagerListens && task.Container?.Status != ContainerStatus.Running
            && PhaseOf(task) == FilesPhase.Awaited && Missing(task) is { } file
            ? $"{file.Title} ({file.Id}) does not exist any more: create it again and update the service to use it"
            : null;

    /// <summary>As they are to lie in the task's folder. Throws <see cref="Core.Templates.TemplateException"/>.</summary>
    public IReadOnlyList<TaskFile> Expanded(LocalTask task) =>
    [
        .. Wanted(task).Select(file => new TaskFile(file.FileName, ContentOf(task, file), file.User, file.Group, file.Mode)),
    ];

    /// <summary>The task needs its files no more.</summary>
    public void Clear(TaskId task)
    {
        if (_placed.Remove(task) | _asked.Remove(task))
            outbox.Add(new AgentOutput.ClearFiles(task));
    }

    private WantedFile? Missing(LocalTask task) => Wanted(task).FirstOrDefault(file => !_files.ContainsKey(file.Id));

    private byte[] ContentOf(LocalTask task, WantedFile file)
    {
        var payload = _files[file.Id];
        if (!payload.IsTemplate)
            return payload.Data.ToByteArray();
        var context = TaskContext.Of(task, core.Description, core.Identity.Node);
        var env = task.Spec!.Template.ContainerSpec?.Env;
        return new FileTemplate(file, context, env, (kind, target) => Text(task, kind, target)).Expand(payload.Data.Span);
    }

    /// <summary>Another file of the same task, by its target and as it was stored.</summary>
    private string? Text(LocalTask task, FileKind kind, string target) =>
        Wanted(task).FirstOrDefault(file => file.Kind == kind && file.Asked == target) is { } other
            ? _files.GetValueOrDefault(other.Id)?.Data.ToStringUtf8()
            : null;

    private static IReadOnlyList<WantedFile> Wanted(LocalTask? task) => TaskFiles.Of(task?.Spec?.Template.ContainerSpec);
}
