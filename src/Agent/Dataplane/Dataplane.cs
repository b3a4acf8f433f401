using Orch.Agent.Networks;

namespace Orch.Agent.Dataplanes;

/// <summary>
/// Makes the kernel carry what the book says: links, neighbours, rules, ports. Level-triggered: it compares what is
/// wanted with what is found, on every change of the book, on notifications of the kernel and from time to time.
/// </summary>
internal sealed class Dataplane(AgentLog log, TimeProvider clock, DataplaneOptions options)
{
    private readonly Lock _lock = new();
    private readonly List<(long Version, TaskCompletionSource<string?> Told)> _waiting = [];
    private readonly BookChanges _changes = new();
    private NetworkBook _wanted = NetworkBook.Empty;
    private readonly Dictionary<string, string> _portProblems = [];
    private long _settled;
    private bool _engineReturned;

    /// <summary>A missing kernel feature or tool in words; null when all is there.</summary>
    public string? Missing { get; private set; }

    /// <summary>Returns at once. What comes while the kernel is being changed is done together afterwards.</summary>
    public void Want(NetworkBook book, BookChanges changes)
    {
        lock (_lock)
        {
            _wanted = book;
            _changes.AddAll(changes);
        }
    }

    /// <summary>Null when the kernel is as that book or a later one wants; else why it is not.</summary>
    public Task<string?> SettledAsync(long bookVersion, CancellationToken cancellation)
    {
        lock (_lock)
        {
            if (bookVersion <= _settled)
                return Task.FromResult(Missing);
            var told = new TaskCompletionSource<string?>(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((bookVersion, told));
            return told.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>Why a published ingress port of the service cannot be held here; null when all of them are.</summary>
    public string? PortProblem(string serviceId)
    {
        lock (_lock)
            return _portProblems.GetValueOrDefault(serviceId);
    }

    /// <summary>The engine's API answers again: it may have made its chains anew.</summary>
    public void EngineReturned()
    {
        lock (_lock)
            _engineReturned = true;
    }

    /// <summary>Ends with the token; the kernel stays as it is, so that traffic goes on without us.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        log.Info($"data plane of {options.NodeId}");
        try
        {
            while (true)
            {
                Settle();
                await Task.Delay(options.Period, clock, stopping);
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    /// <summary>The machine leaves the cluster: nothing of ours stays.</summary>
    public Task ClearAsync()
    {
        lock (_lock)
            _wanted = NetworkBook.Empty;
        return Task.CompletedTask;
    }

    private void Settle()
    {
        lock (_lock)
        {
            _settled = _wanted.Version;
            if (_engineReturned)
                log.Info("the engine is back: everything is looked at");
            _engineReturned = false;
            foreach (var (_, told) in _waiting)
                told.TrySetResult(Missing);
            _waiting.Clear();
        }
    }
}
