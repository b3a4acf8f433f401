namespace Orch.Contracts.Logs;

/// <summary>One source of a <see cref="LogMerge{T}"/>. One task pushes; it waits while the reader is behind.</summary>
public sealed class LogSource<T> where T : class
{
    private readonly LogMerge<T> _merge;
    private readonly int _maxBytes;
    private readonly Queue<T> _queue = [];
    private TaskCompletionSource? _space;
    private int _bytes;
    private bool _ended;

    internal LogSource(LogMerge<T> merge, int maxBytes, TimeSpan patience) =>
        (_merge, _maxBytes, Patience) = (merge, maxBytes, patience);

    internal TimeSpan Patience { get; }

    /// <summary>Until this moment of the clock the next record is worth waiting for.</summary>
    internal long AwaitedUntil { get; set; }
    internal T? Head => _queue.TryPeek(out var head) ? head : null;
    internal bool IsOver => _ended && _queue.Count == 0;

    /// <summary>Returns once there is room for a further record.</summary>
    public async ValueTask PushAsync(T record, CancellationToken cancellation)
    {
        Task room;
        lock (_merge.Gate)
        {
            _queue.Enqueue(record);
            _bytes += _merge.SizeOf(record);
            _merge.Arrived(this);
            if (_bytes <= _maxBytes)
                return;
            _space = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            room = _space.Task;
        }
        await room.WaitAsync(cancellation);
    }

    /// <summary>The source is open now: what it has is worth waiting for a little, and no longer.</summary>
    public void Expect()
    {
        lock (_merge.Gate)
            _merge.Arrived(this);
    }

    /// <summary>Nothing more will be pushed; what was pushed is still read.</summary>
    public void End()
    {
        lock (_merge.Gate)
        {
            _ended = true;
            _merge.Arrived(this);
        }
    }

    internal T Take()
    {
        var record = _queue.Dequeue();
        _bytes -= _merge.SizeOf(record);
        if (_bytes <= _maxBytes / 2)
            _space?.TrySetResult();
        return record;
    }
}
