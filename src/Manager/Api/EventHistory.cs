using Orch.Core.Model;
using Orch.Core.State;
using Orch.Manager.Api.Endpoints;
using Orch.Manager.Writing;

namespace Orch.Manager.Api;

/// <summary>
/// The newest events of the cluster since this manager leads, each with a number that only grows. Bounded: the oldest go
/// first, and a reader that falls that far behind misses them.
/// </summary>
public sealed class EventHistory(int capacity = EventHistory.Standard)
{
    private const int Standard = 4096;
    private const int MostAtOnce = 256;
    private readonly Lock _lock = new();
    private readonly EventView[] _ring = new EventView[capacity];
    private long _next;
    private ulong _revision;
    private TaskCompletionSource _moved = New();

    // Apart from the other: whoever waits for lines is not woken by the many commits that bring none.
    private TaskCompletionSource _more = New();

    /// <summary>Writes down what commits, until stopped.</summary>
    public async Task RunAsync(
        Func<CancellationToken, IAsyncEnumerable<Published>> watch, TimeProvider clock, CancellationToken stopping)
    {
        ClusterState? seen = null;
        await foreach (var (view, changes) in watch(stopping).WithCancellation(stopping))
        {
            var now = Timestamp.From(clock.GetUtcNow());
            Append(view.Revision, seen is null || changes is null ? [] : [.. EventLines.Of(seen, view, changes, now)]);
            seen = view;
        }
    }

    internal void Append(ulong revision, IReadOnlyList<EventView> lines)
    {
        TaskCompletionSource moved;
        TaskCompletionSource? more = null;
        lock (_lock)
        {
            foreach (var line in lines)
                _ring[_next++ % capacity] = line;
            _revision = revision;
            (moved, _moved) = (_moved, New());
            if (lines.Count > 0)
                (more, _more) = (_more, New());
        }
        moved.SetResult();
        more?.SetResult();
    }

    /// <summary>The number of the event that comes next, and of the oldest that is kept.</summary>
    internal (long Next, long Oldest) Numbers
    {
        get
        {
            lock (_lock)
                return (_next, Oldest);
        }
    }

    /// <summary>Events from a number on, some at a time, the number to go on with, and what completes when more come.</summary>
    internal (IReadOnlyList<EventView> Lines, long Next, Task Moved) Read(long from)
    {
        lock (_lock)
        {
            var start = Math.Max(from, Oldest);
            var lines = new EventView[Math.Clamp(_next - start, 0, MostAtOnce)];
            for (var i = 0; i < lines.Length; i++)
                lines[i] = _ring[(start + i) % capacity];
            return (lines, start + lines.Length, _more.Task);
        }
    }

    /// <summary>Waits until everything up to a revision is written down: who reads after a write finds the write.</summary>
    internal async Task UntilAsync(ulong revision, CancellationToken cancellation)
    {
        while (true)
        {
            Task moved;
            lock (_lock)
            {
                if (_revision >= revision)
                    return;
                moved = _moved.Task;
            }
            await moved.WaitAsync(cancellation);
        }
    }

    private long Oldest => Math.Max(0, _next - capacity);

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
