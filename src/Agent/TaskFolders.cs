using Orch.Agent.Engine;
using Orch.Agent.Tasks;
using Orch.Contracts.Machine;
using Orch.Core.Model;

namespace Orch.Agent;

/// <summary>
/// The folders of tasks with their secrets and configs, on a tmpfs that is mounted when the first is needed. A folder has
/// its name only when it is complete, so what is found after a crash can be used.
/// </summary>
internal sealed class TaskFolders(string root, AgentLog log)
{
    private const string Unfinished = ".new";
    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private readonly Lock _mounting = new();

    public FilesFound Find()
    {
        var placed = new HashSet<TaskId>();
        foreach (var folder in Directory.Exists(root) ? Directory.GetDirectories(root) : [])
        {
            if (Ids.TryParse<TaskId>(Path.GetFileName(folder), out var task))
                placed.Add(task);
            else
                Directory.Delete(folder, recursive: true);
        }
        return new(root, placed);
    }

    /// <summary>Null when the files are in place, else why not.</summary>
    public EngineError? Place(TaskId task, IReadOnlyList<TaskFile> files)
    {
        var folder = Path.Combine(root, task.ToString());
        try
        {
            lock (_mounting)
            {
                if (MemoryFolder.Mount(root) is { } problem)
                    return new(EngineFault.Refused, problem);
            }
            Fill(folder + Unfinished, files);
            Remove(folder);
            Directory.Move(folder + Unfinished, folder);
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Discard(folder + Unfinished);
            return new(EngineFault.Refused, $"secrets and configs cannot be put into {folder}: {e.Message}");
        }
    }

    public void Clear(TaskId task) => Discard(Path.Combine(root, task.ToString()));

    private static void Fill(string folder, IReadOnlyList<TaskFile> files)
    {
        Remove(folder);
        Directory.CreateDirectory(folder, Owner | UnixFileMode.UserExecute);
        foreach (var file in files)
            Write(Path.Combine(folder, file.FileName), file);
    }

    private static void Write(string path, TaskFile file)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = Owner };
        using (var stream = new FileStream(path, options))
            stream.Write(file.Content);
        if (!MemoryFolder.ChangeOwner(path, file.User, file.Group))
            throw new IOException($"the owner of {path} cannot be set to {file.User}:{file.Group}");
        File.SetUnixFileMode(path, (UnixFileMode)file.Mode);
    }

    /// <summary>What cannot be removed now is on a tmpfs, and tried again when the agent starts.</summary>
    private void Discard(string folder)
    {
        try
        {
            Remove(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            log.Warn($"secrets and configs stay in {folder}: {e.Message}");
        }
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }
}
