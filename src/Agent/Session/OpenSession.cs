using System.Threading.Channels;
using Orch.Contracts.Agent;

namespace Orch.Agent.Session;

/// <summary>
/// One stream at work: a writer, a reader and a heart. The heart beats by its own timer, so neither a slow engine nor a
/// slow disk makes a node look dead; and it watches that the manager answers.
/// </summary>
internal sealed class OpenSession : IDisposable
{
    private const int MostQueued = 4096;
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(2);
    private readonly Channel<AgentMessage> _outgoing = Channel.CreateBounded<AgentMessage>(
        new BoundedChannelOptions(MostQueued) { SingleReader = true });
    private readonly CancellationTokenSource _over = new();
    private readonly ISessionStream _stream;
    private readonly TimeProvider _clock;
    private readonly ITimer _heart;
    private readonly Lock _heartLock = new();
    private TimeSpan _interval = TimeSpan.FromMilliseconds(500);
    private ulong _beats;
    private volatile bool _greeted;
    private long _lastBeat;
    private long _lastHeard;
    private volatile string _reason = "the manager ended the session";

    public OpenSession(long number, ISessionStream stream, TimeProvider clock)
    {
        Number = number;
        _stream = stream;
        _clock = clock;
        _lastBeat = _lastHeard = clock.GetTimestamp();
        _heart = clock.CreateTimer(_ => OnBeat(), null, _interval, _interval);
    }

    public long Number { get; }

    public void Post(AgentMessage message)
    {
        // Hello must be the first message: no beat before it.
        _greeted |= message.BodyCase == AgentMessage.BodyOneofCase.Hello;
        if (!_outgoing.Writer.TryWrite(message))
            End("the manager reads too slowly");
    }

    public void End(string reason)
    {
        if (_over.IsCancellationRequested)
            return;
        _reason = reason;
        _over.Cancel();
    }

    /// <summary>The manager's wish for the interval; nonsense is ignored.</summary>
    public void Beat(uint milliseconds)
    {
        if (milliseconds is < 50 or > 60_000)
            return;
        lock (_heartLock)
            _interval = TimeSpan.FromMilliseconds(milliseconds);
        _heart.Change(_interval, _interval);
    }

    /// <summary>Until the stream ends; the result says why.</summary>
    public async Task<string> RunAsync(Func<ManagerMessage, ValueTask> heard, CancellationToken stopping)
    {
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(stopping, _over.Token);
        var writing = EndWhenDoneAsync(WriteAsync(linked.Token), stopping);
        var reading = EndWhenDoneAsync(ReadAsync(heard, linked.Token), stopping);
        await Task.WhenAll(writing, reading);
        stopping.ThrowIfCancellationRequested();
        return _reason;
    }

    private async Task EndWhenDoneAsync(Task half, CancellationToken stopping)
    {
        try
        {
            await half;
            End(_reason);
        }
        catch (SessionFailure e)
        {
            End(e.Message);
        }
        catch (OperationCanceledException) when (_over.IsCancellationRequested || stopping.IsCancellationRequested)
        {
            // Ended by the other half or from outside, which said why.
        }
    }

    private async Task WriteAsync(CancellationToken stopping)
    {
        await foreach (var message in _outgoing.Reader.ReadAllAsync(stopping))
            await _stream.SendAsync(message, stopping);
    }

    private async Task ReadAsync(Func<ManagerMessage, ValueTask> heard, CancellationToken stopping)
    {
        while (await _stream.ReceiveAsync(stopping) is { } message)
        {
            Volatile.Write(ref _lastHeard, _clock.GetTimestamp());
            await heard(message);
            Volatile.Write(ref _lastHeard, _clock.GetTimestamp());
        }
    }

    private void OnBeat()
    {
        lock (_heartLock)
        {
            var now = _clock.GetTimestamp();
            var late = _clock.GetElapsedTime(_lastBeat, now) - _interval;
            _lastBeat = now;

            // Our own stall is not the manager's silence: what it said meanwhile lies unread.
            if (late > _interval)
                Volatile.Write(ref _lastHeard, now);
        }
        if (_clock.GetElapsedTime(Volatile.Read(ref _lastHeard)) > Silence + _interval)
            End($"no answer for {Silence.TotalSeconds:0} s");
        else if (_greeted)
            Post(new() { Heartbeat = new() { Sequence = ++_beats } });
    }

    public void Dispose()
    {
        _heart.Dispose();
        _outgoing.Writer.TryComplete();
        _over.Cancel();
    }
}
