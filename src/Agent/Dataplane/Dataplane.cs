using System.Collections.Frozen;
using System.ComponentModel;
using Orch.Agent.Networks;

namespace Orch.Agent.Dataplanes;

/// <summary>
/// Makes the kernel carry what the book says: links, neighbours, rules, ports. Level-triggered: it compares what is
/// wanted with what is found, on every change of the book, on notifications of the kernel and from time to time.
/// </summary>
internal sealed class Dataplane(AgentLog log, TimeProvider clock, DataplaneOptions options)
{
    /// <summary>Later than every book: nothing of ours is left.</summary>
    private const long Cleared = long.MaxValue - 1;
    private readonly PendingWork _pending = new();
    private readonly PassWaiters _waiters = new();
    private readonly ForwardAccepts _accepts = new(log, clock);
    private readonly DataplaneWake _wake = new();
    private volatile FrozenDictionary<string, string> _portProblems = FrozenDictionary<string, string>.Empty;
    private volatile string? _missing;

    /// <summary>A missing kernel feature or tool in words; null when all is there, or nobody has looked yet.</summary>
    public string? Missing => _missing;

    /// <summary>Returns at once. What comes while the kernel is being changed is done together afterwards.</summary>
    public void Want(NetworkBook book, BookChanges changes)
    {
        _pending.Want(book, changes);
        _wake.Set();
    }

    /// <summary>Null when the kernel is as that book or a later one wants; else why it is not.</summary>
    public async Task<string?> SettledAsync(long bookVersion, CancellationToken cancellation) =>
        await _waiters.SettledAsync(bookVersion, cancellation) ?? await _accepts.SettledAsync().WaitAsync(cancellation);

    /// <summary>Null when connections go where that book or a later one says, and nowhere else any more; else why not.</summary>
    public Task<string?> RulesAsync(long bookVersion, CancellationToken cancellation) => _waiters.RulesAsync(bookVersion, cancellation);

    /// <summary>
    /// Null when all is done for these networks, by their ids, that were wanted before this call: the engine's firewall lets
    /// them through, too. Else why it is not, whatever is the matter with other networks. Waits for bridges not yet made.
    /// </summary>
    public async Task<string?> StandsAsync(IReadOnlyCollection<string> networkIds, CancellationToken cancellation)
    {
        var stands = _waiters.StandsAsync(networkIds, cancellation);
        _wake.Set();
        return await stands ?? await _accepts.SettledAsync().WaitAsync(cancellation);
    }

    /// <summary>Why a published ingress port of the service cannot be held here; null when all of them are.</summary>
    public string? PortProblem(string serviceId) => _portProblems.GetValueOrDefault(serviceId);

    /// <summary>The engine's API answers again: it may have made its chains anew.</summary>
    public void EngineReturned()
    {
        _pending.Distrust();
        _accepts.Keep();
        _wake.Set();
    }

    /// <summary>
    /// Ends with the token; the kernel stays as it is, so that traffic goes on without us. A thread of its own: the kernel
    /// is asked and changed by calls that block for as long as the kernel works.
    /// </summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            await Together.RunAsync(stopping, WorkAsync, _accepts.RunAsync);
        }
        finally
        {
            _waiters.End();
        }
    }

    /// <summary>The machine leaves the cluster: nothing of ours stays. Done, or given up, when the task ends.</summary>
    public async Task ClearAsync()
    {
        _pending.Leave();
        _wake.Set();
        if (await SettledAsync(Cleared, CancellationToken.None) is { } problem)
            log.Warn($"data plane: not everything could be removed: {problem}");
    }

    private async Task WorkAsync(CancellationToken stopping)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var noticed = stopping.Register(_wake.Set);
        new Thread(() => Work(ended, stopping)) { IsBackground = true, Name = "data plane" }.Start();
        await ended.Task;
    }

    private void Work(TaskCompletionSource ended, CancellationToken stopping)
    {
        DataplaneWork? work = null;
        try
        {
            for (var wholly = true; !stopping.IsCancellationRequested;)
            {
                Look(ref work);
                Pass(work, wholly);
                if (work is { Broken: true })
                {
                    work.Dispose();
                    work = null;
                }
                wholly = work is not null && _missing is null ? work.Wait(_wake) : Wait();
            }
            ended.SetResult();
        }
        catch (Exception e)
        {
            ended.SetException(e);
        }
        finally
        {
            work?.Dispose();
        }
    }

    /// <summary>A machine that lacks something may get it while we run: a module, a package.</summary>
    private void Look(ref DataplaneWork? work)
    {
        if (work is not null && _missing is null)
            return;
        string? missing;
        try
        {
            work ??= new DataplaneWork(log, clock, options, _accepts);
            missing = work.Trial();
        }
        catch (Win32Exception e)
        {
            missing = $"way to its kernel's network: {e.Message}";
        }
        if (missing is not null && missing != _missing)
            log.Warn($"data plane: this machine has no {missing}");
        _missing = missing;
    }

    private void Pass(DataplaneWork? work, bool wholly)
    {
        var (asked, links) = _waiters.Begin();
        var order = _pending.Take(wholly);
        var report = work is not null && _missing is null
            ? work.Pass(order, links) : new() { Failed = $"this machine has no {_missing}" };
        if (report.Failed is not null)
            _pending.Distrust();
        if (work is not null)
            _portProblems = work.PortProblems;
        _waiters.Tell(report with { Version = order.Leaving ? Cleared : order.Book.Version, Leaving = order.Leaving }, asked);
    }

    /// <summary>While nothing can be done: a machine does not get a missing feature from one second to the next.</summary>
    private bool Wait()
    {
        _wake.Wait(_missing is null ? options.Retry : options.Period);
        return true;
    }
}
