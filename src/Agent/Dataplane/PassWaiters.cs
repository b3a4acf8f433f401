namespace Orch.Agent.Dataplanes;

/// <summary>Who waits for what of the passes. Each gets one answer: null, or a problem in words. Safe from every thread.</summary>
internal sealed class PassWaiters
{
    private const string Stopping = "the agent stops";
    private readonly Lock _lock = new();
    private readonly List<Waiter> _waiting = [];
    private long _asked;
    private long _settled = -1;
    private long _ruled = -1;
    private bool _ended;

    /// <summary>For a pass with that book or a later one.</summary>
    public Task<string?> SettledAsync(long version, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return version <= _settled ? Task.FromResult<string?>(null)
                : AddAsync(report => report.Version >= version ? (true, report.Problem) : default, 0, cancellation);
        }
    }

    /// <summary>The same for the rules alone.</summary>
    public Task<string?> RulesAsync(long version, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return version <= _ruled ? Task.FromResult<string?>(null)
                : AddAsync(report => report.Version >= version ? (true, report.RulesProblem) : default, 0, cancellation);
        }
    }

    /// <summary>For a pass that begins after this call and finds the networks' bridges, or cannot do what they need.</summary>
    public Task<string?> StandsAsync(IReadOnlyCollection<string> networks, CancellationToken cancellation)
    {
        lock (_lock)
            return AddAsync(report => report.Answers(networks, out var problem) ? (true, problem) : default, ++_asked, cancellation);
    }

    /// <summary>Called before a pass looks at anything: the number of the last call that it can answer, and whether any waits.</summary>
    public (long Asked, bool ForLinks) Begin()
    {
        lock (_lock)
            return (_asked, _waiting.Exists(waiter => waiter.Asked > 0));
    }

    public void Tell(PassReport report, long asked)
    {
        lock (_lock)
        {
            if (report.Problem is null)
                _settled = Math.Max(_settled, report.Version);
            if (report.RulesProblem is null)
                _ruled = Math.Max(_ruled, report.Version);
            _waiting.RemoveAll(waiter => waiter.Asked <= asked && waiter.Hears(report));
        }
    }

    /// <summary>No pass follows: everybody is told so, now and later.</summary>
    public void End()
    {
        lock (_lock)
        {
            _ended = true;
            foreach (var waiter in _waiting)
                waiter.Told.TrySetResult(Stopping);
            _waiting.Clear();
        }
    }

    /// <summary>Who gives up waits no more. Called under the lock, and taken in before it is left.</summary>
    private async Task<string?> AddAsync(Func<PassReport, (bool Done, string? Problem)> answer, long asked, CancellationToken cancellation)
    {
        if (_ended)
            return Stopping;
        var waiter = new Waiter(asked, answer);
        _waiting.Add(waiter);
        try
        {
            return await waiter.Told.Task.WaitAsync(cancellation);
        }
        finally
        {
            lock (_lock)
                _waiting.Remove(waiter);
        }
    }

    /// <summary>Asked 0: any pass will do.</summary>
    private sealed class Waiter(long asked, Func<PassReport, (bool Done, string? Problem)> answer)
    {
        public long Asked => asked;

        public TaskCompletionSource<string?> Told { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public bool Hears(PassReport report)
        {
            var (done, problem) = answer(report);
            return done && Told.TrySetResult(problem);
        }
    }
}
