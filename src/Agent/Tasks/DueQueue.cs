using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>
/// When to look at which task again. Entries are never taken back: looking once too often costs nothing.
/// </summary>
internal sealed class DueQueue
{
    private readonly PriorityQueue<TaskId, TimeSpan> _queue = new();

    public TimeSpan? Next => _queue.TryPeek(out _, out var due) ? due : null;

    public void Add(TaskId task, TimeSpan due) => _queue.Enqueue(task, due);

    public bool TryTake(TimeSpan now, out TaskId task)
    {
        if (_queue.TryPeek(out task, out var due) && due <= now)
        {
            _queue.Dequeue();
            return true;
        }
        return false;
    }
}
