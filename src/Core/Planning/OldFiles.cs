using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Core.Planning;

/// <summary>
/// Removes contents of secrets and configs that newer ones replaced, once nobody can want them back: no service remembers
/// a spec that names them, and no task runs one.
/// </summary>
internal sealed class OldFiles
{
    private bool _look = true;

    /// <summary>Only a service, a task record or a file that went or changed can free one.</summary>
    public void Note(Changes changes) =>
        _look |= changes.Services.Count + changes.RemovedTasks.Count + changes.Files.Count > 0;

    public void Plan(Workspace work)
    {
        if (!_look)
            return;
        _look = false;
        var forgotten = work.State.SupersededFiles.Keys.Where(id => !work.State.FileUsers.Contains(id)).ToList();
        if (forgotten.Count == 0)
            return;
        var running = work.State.RetainedSpecs.Values.SelectMany(kept => FileReferences.In(kept.Spec.Template)).ToHashSet();
        foreach (var id in forgotten.Where(id => !running.Contains(id)))
            work.Emit(new FileRemoved(id));
    }
}
