using System.Threading.Channels;
using Orch.Agent.Networks;
using Orch.Agent.Session;
using Orch.Contracts.Agent;

namespace Orch.Agent.Dns;

/// <summary>
/// The name server of this machine's containers: it answers for all networks of the task that asks, from the book alone.
/// Neither the engine nor a manager is ever asked, so names work while those do not.
/// </summary>
internal sealed class DnsServer : IDisposable
{
    private readonly DnsIndex _index = new();
    private readonly Lock _lock = new();
    private readonly Channel<bool> _missing = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly OwnedTasks _jobs;
    private readonly DnsInquiry _inquiry;
    private readonly UdpService _udp;
    private readonly ListenerSet _listeners;
    private readonly AgentLog _log;
    private readonly TimeProvider _clock;
    private bool _complete = true;
    private int _failures;

    public DnsServer(AgentLog log, TimeProvider clock, DnsOptions options)
    {
        (_log, _clock) = (log, clock);
        _jobs = new(Failed);
        var handler = new DnsHandler(_index, options);
        var forwarder = new Forwarder(new(options, clock, address => _listeners!.Has(address)), options, clock);
        _inquiry = new(_index, handler, forwarder, options, clock);
        _udp = new(handler, forwarder, options, _jobs, Failed);
        _listeners = new(options, log, _udp, new(handler, forwarder, options, clock, _jobs));
    }

    /// <summary>When it returns, answers are right and sockets are open; those that cannot be are tried again later.</summary>
    public void Apply(NetworkBook book, BookChanges changes)
    {
        lock (_lock)
        {
            _index.Apply(book, changes);
            if (!_complete || changes.Networks.Count > 0)
                Open();
        }
    }

    /// <summary>What it answers to a question of this task; nobody is woken up for it.</summary>
    public Task<NameAnswer> AskAsync(TaskEntry task, string name, DnsType type, CancellationToken cancellation) =>
        _inquiry.AskAsync(task, name, type, cancellation);

    /// <summary>Whether it can be reached at its bridge address: null, or why not. A question goes there as any other does.</summary>
    public Task<string?> AnswersAtAsync(NodeNetwork network, CancellationToken cancellation) => _inquiry.AnswersAtAsync(network, cancellation);

    /// <summary>Answers until it is told to stop; then its sockets are closed. Once in the life of a server.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var udp = _udp.RunAsync();
        try
        {
            await await Task.WhenAny(udp, RetryAsync(stopping));
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to.
        }
        finally
        {
            _udp.Stop();
            lock (_lock)
                _listeners.Dispose();
            await udp;
            await _jobs.DrainAsync();
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _listeners.Dispose();
        _udp.Dispose();
    }

    private void Open()
    {
        _complete = _listeners.Apply(_index.Zones);
        if (!_complete)
            _missing.Writer.TryWrite(true);
    }

    private async Task RetryAsync(CancellationToken stopping)
    {
        await foreach (var _ in _missing.Reader.ReadAllAsync(stopping))
        {
            var backoff = new Backoff(TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), Random.Shared);
            for (var complete = false; !complete;)
            {
                await Task.Delay(backoff.Next(), _clock, stopping);
                lock (_lock)
                {
                    if (!_complete)
                        Open();
                    complete = _complete;
                }
            }
        }
    }

    /// <summary>A message that we cannot answer is a fault of ours; the first few are worth a line each.</summary>
    private void Failed(Exception error)
    {
        if (Interlocked.Increment(ref _failures) <= 10)
            _log.Warn($"names: a question stays without an answer, which is a fault of orch: {error}");
    }
}
