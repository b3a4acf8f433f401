namespace Orch.Manager.Leadership;

/// <summary>
/// The requests that a manager serves in one role. When the role ends, what can finish gets a moment to do so; the rest
/// is cancelled, as nobody waits for an answer of a role that is over.
/// </summary>
internal sealed class RoleRequests(TimeProvider clock) : IDisposable
{
    private readonly CancellationTokenSource _over = new();
    private readonly TaskCompletionSource _drained = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private int _open;
    private bool _ending;

    /// <summary>Cancelled for what is left when the role is over.</summary>
    public CancellationToken Over => _over.Token;

    public bool IsOver => _over.IsCancellationRequested;

    /// <summary>False once the role ends: the request is another role's.</summary>
    public bool TryEnter()
    {
        lock (_lock)
        {
            if (_ending)
                return false;
            _open++;
            return true;
        }
    }

    public void Leave()
    {
        lock (_lock)
        {
            if (--_open == 0 && _ending)
                _drained.TrySetResult();
        }
    }

    /// <summary>Another role is there already: whoever waits in this one is the other's.</summary>
    public void Replace()
    {
        lock (_lock)
        {
            _ending = true;
            if (_open == 0)
                _drained.TrySetResult();
        }
        _over.Cancel();
    }

    /// <summary>Until no request is left, or those that are have ignored their end for as long as they got to heed it.</summary>
    public async Task EndAsync(TimeSpan grace, TimeSpan patience)
    {
        lock (_lock)
        {
            _ending = true;
            if (_open == 0)
                _drained.TrySetResult();
        }
        if (grace <= TimeSpan.Zero || !await DrainedAsync(grace))
            await _over.CancelAsync();
        await DrainedAsync(patience);
    }

    public void Dispose() => _over.Dispose();

    private async Task<bool> DrainedAsync(TimeSpan within)
    {
        try
        {
            await _drained.Task.WaitAsync(within, clock);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }
}
