namespace Orch.Manager.Sessions;

/// <summary>
/// How far an agent has come with what it is told of networks: each touch waits until it was taken, sent, and what was
/// sent up to then is acknowledged. An agent that goes away acknowledges nothing: its machine may still do what it was told
/// last, so whoever waits must not do so for ever. Not safe from several threads: its outbox locks.
/// </summary>
internal sealed class AppliedMark
{
    /// <summary>An agent that never answers costs no more than this; who waited for the oldest waits for nothing.</summary>
    private const int MostWaiting = 1024;
    private readonly Queue<Touched> _waiting = new();
    private long _touch;
    private long _taken;
    private ulong _sent;
    private ulong _applied;

    /// <summary>Done when the agent has applied what it is told about this touch.</summary>
    public Task Touch()
    {
        var touched = new Touched(++_touch);
        _waiting.Enqueue(touched);
        if (_waiting.Count > MostWaiting)
            _waiting.Dequeue();
        return touched.Done.Task;
    }

    /// <summary>All touches up to now are in the sender's hand.</summary>
    public void Taken() => _taken = _touch;

    /// <summary>What was taken is sent, with the update of this serial; 0: nothing had to be.</summary>
    public void Sent(ulong serial)
    {
        _sent = Math.Max(_sent, serial);
        foreach (var touched in _waiting)
        {
            if (touched.Number <= _taken)
                touched.Needs ??= _sent;
        }
        Tell();
    }

    public void Applied(ulong serial)
    {
        _applied = Math.Max(_applied, serial);
        Tell();
    }

    /// <summary>What is needed only grows from one to the next.</summary>
    private void Tell()
    {
        while (_waiting.TryPeek(out var touched) && touched.Needs <= _applied)
        {
            _waiting.Dequeue();
            touched.Done.TrySetResult();
        }
    }

    private sealed class Touched(long number)
    {
        public long Number => number;

        /// <summary>The serial that must be acknowledged; null until it is sent.</summary>
        public ulong? Needs { get; set; }

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
