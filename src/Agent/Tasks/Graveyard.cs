using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>
/// Containers of ended tasks are kept for logs and post-mortems until the manager forgets the task, but never more
/// than the newest hundred: a crash loop must not fill a disk.
/// </summary>
internal sealed class Graveyard(TaskSet tasks)
{
    private const int MostKept = 100;
    private readonly Queue<TaskId> _ended = new();

    public void Bury(LocalTask task)
    {
        _ended.Enqueue(task.Id);
        while (_ended.Count > MostKept)
        {
            if (tasks.Find(_ended.Dequeue()) is not { } oldest)
                continue;
            oldest.Discard = true;
            tasks.Queue(oldest);
        }
    }
}
