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
    private readonly Queue<EventView> _events = [];
    private long _next;
    private ulong _revision;
    private TaskCompletionSource _moved = New();

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
        lock (_lock)
        {
            foreach (var line in lines)
            {
                if (_events.Count == capacity)
                    _events.Dequeue();
                _events.Enqueue(line);
                _next++;
            }
            _revision = revision;
            (moved, _moved) = (_moved, New());
        }
        moved.SetResult();
    }

    /// <summary>The number of the event that comes next, and of the oldest that is kept.</summary>
    internal (long Next, long Oldest) Numbers
    {
        get
        {
            lock (_lock)
                return (_next, _next - _events.Count);
        }
    }

    /// <summary>Events from a number on, some at a time, the number to go on with, and what completes when more come.</summary>
    internal (IReadOnlyList<EventView> Lines, long Next, Task Moved) Read(long from)
    {
        lock (_lock)
        {
            var start = Math.Max(from, _next - _events.Count);
            var lines = _events.Skip((int)(start - (_next - _events.Count))).Take(MostAtOnce).ToList();
            return (lines, start + lines.Count, _moved.Task);
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

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
