using System.Threading.Channels;

namespace Orch.Contracts.Logs;

/// <summary>
/// Brings records of several sources, each of them in time order, into one order. A source that says nothing is waited
/// for no longer than its patience, so order is exact within what arrives together and nobody silent holds up the rest.
/// Memory is bounded by the sources' limits: who pushes into a full source waits. One reader.
/// </summary>
public sealed class LogMerge<T> : IDisposable where T : class
{
    private readonly Lock _lock = new();
    private readonly List<LogSource<T>> _sources = [];
    private readonly TimeProvider _clock;
    private readonly Func<T, long> _timeOf;
    private readonly ITimer _timer;
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private bool _complete;

    public LogMerge(TimeProvider clock, Func<T, long> timeOf, Func<T, int> sizeOf)
    {
        (_clock, _timeOf, SizeOf) = (clock, timeOf, sizeOf);
        _timer = clock.CreateTimer(_ => Signal(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    internal Func<T, int> SizeOf { get; }
    internal Lock Gate => _lock;

    /// <summary>
    /// A further source; opening is how long its first record, or its word that it is open, is worth waiting for,
    /// patience is how long every further record is.
    /// </summary>
    public LogSource<T> Open(int maxBytes, TimeSpan opening, TimeSpan patience)
    {
        var source = new LogSource<T>(this, maxBytes, patience);
        lock (_lock)
        {
            source.AwaitedUntil = Due(opening);
            _sources.Add(source);
        }
        Signal();
        return source;
    }

    /// <summary>No further sources: reading ends with the last of those there are.</summary>
    public void Complete()
    {
        lock (_lock)
            _complete = true;
        Signal();
    }

    /// <summary>The oldest record there is, unless one that may be older is still worth waiting for.</summary>
    public bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out T? record)
    {
        lock (_lock)
        {
            record = null;
            if (Oldest(out _) is not { } source)
                return false;
            record = source.Take();
            source.AwaitedUntil = Due(source.Patience);
            if (source.IsOver)
                _sources.Remove(source);
            return true;
        }
    }

    /// <summary>Waits until there is something to take; false when everything was taken and nothing more will come.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        while (true)
        {
            lock (_lock)
            {
                if (Oldest(out var due) is not null)
                    return true;
                if (_complete && _sources.Count == 0)
                    return false;
                _timer.Change(due is { } wait ? Longer(wait) : Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
            await _signal.Reader.ReadAsync(cancellation);
        }
    }

    /// <summary>The source to take from; otherwise, where records wait for a silent source, how long still.</summary>
    private LogSource<T>? Oldest(out TimeSpan? wait)
    {
        LogSource<T>? oldest = null;
        long? until = null;
        foreach (var source in _sources)
        {
            if (source.Head is { } head)
                oldest = oldest is null || _timeOf(head) < _timeOf(oldest.Head!) ? source : oldest;
            else if (until is null || source.AwaitedUntil > until)
                until = source.AwaitedUntil;
        }
        var left = until is { } moment ? _clock.GetElapsedTime(_clock.GetTimestamp(), moment) : TimeSpan.Zero;
        wait = oldest is null || left <= TimeSpan.Zero ? null : left;
        return wait is null ? oldest : null;
    }

    private long Due(TimeSpan wait) => _clock.GetTimestamp() + (long)(wait.TotalSeconds * _clock.TimestampFrequency);

    /// <summary>Timers count in milliseconds: one that fires a fraction early would only fire again.</summary>
    private static TimeSpan Longer(TimeSpan wait) => wait + TimeSpan.FromMilliseconds(1);

    internal void Arrived(LogSource<T> source)
    {
        source.AwaitedUntil = Due(source.Patience);
        if (source.IsOver)
            _sources.Remove(source);
        Signal();
    }

    private void Signal() => _signal.Writer.TryWrite(true);

    public void Dispose() => _timer.Dispose();
}
