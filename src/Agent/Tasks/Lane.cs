namespace Orch.Agent.Tasks;

/// <summary>
/// Runs work a few at a time, the most urgent first. The engine gains nothing from more starts at once, and what is
/// queued here can still be ordered.
/// </summary>
internal sealed class Lane(int width)
{
    private readonly Lock _lock = new();
    private readonly PriorityQueue<Func<Task>, (int Urgency, long Order)> _waiting = new();
    private readonly HashSet<Task> _running = [];
    private long _order;
    private int _busy;

    /// <summary>The lower the number, the sooner. The work must not throw.</summary>
    public void Add(int urgency, Func<Task> work)
    {
        lock (_lock)
        {
            _waiting.Enqueue(work, (urgency, _order++));
            if (_busy == width)
                return;
            _busy++;
            Launch();
        }
    }

    /// <summary>Everything that is under way now.</summary>
    public Task DrainAsync()
    {
        lock (_lock)
        {
            _waiting.Clear();
            return Task.WhenAll(_running);
        }
    }

    private void Launch()
    {
        var worker = Task.Run(WorkAsync);
        _running.Add(worker);
        worker.ContinueWith(Finished, TaskScheduler.Default);
    }

    private async Task WorkAsync()
    {
        while (true)
        {
            Func<Task> work;
            lock (_lock)
            {
                if (!_waiting.TryDequeue(out work!, out _))
                {
                    _busy--;
                    return;
                }
            }
            await work();
        }
    }

    private void Finished(Task worker)
    {
        lock (_lock)
            _running.Remove(worker);
    }
}
