namespace Orch.Manager.Sessions;

/// <summary>
/// How far an agent has come with what it is told of networks: each touch waits until it was taken, sent, and what was
/// sent up to then is acknowledged. Not safe from several threads: its outbox locks.
/// </summary>
internal sealed class AppliedMark
{
    private readonly List<Touched> _waiting = [];
    private long _touch;
    private long _taken;
    private ulong _sent;
    private ulong _applied;
    private bool _ended;

    /// <summary>Done when the agent has applied what it is told about this touch, or there is nobody to wait for.</summary>
    public Task Touch()
    {
        if (_ended)
            return Task.CompletedTask;
        var touched = new Touched(++_touch);
        _waiting.Add(touched);
        return touched.Done.Task;
    }

    /// <summary>All touches up to now are in the sender's hand.</summary>
    public void Taken() => _taken = _touch;

    /// <summary>What was taken is sent; 0: nothing had to be.</summary>
    public void Sent(ulong revision)
    {
        _sent = Math.Max(_sent, revision);
        foreach (var touched in _waiting)
        {
            if (touched.Number <= _taken)
                touched.Needs ??= _sent;
        }
        Tell();
    }

    public void Applied(ulong revision)
    {
        _applied = Math.Max(_applied, revision);
        Tell();
    }

    public void End()
    {
        _ended = true;
        foreach (var touched in _waiting)
            touched.Done.TrySetResult();
        _waiting.Clear();
    }

    private void Tell() => _waiting.RemoveAll(touched => touched.Needs <= _applied && touched.Done.TrySetResult());

    private sealed class Touched(long number)
    {
        public long Number => number;

        /// <summary>The revision that must be acknowledged; null until it is sent.</summary>
        public ulong? Needs { get; set; }

        public TaskCompletionSource Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
