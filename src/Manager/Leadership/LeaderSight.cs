using Orch.Core.Model;
using Orch.Manager.Store;

namespace Orch.Manager.Leadership;

/// <summary>
/// What a standby knows of who leads. A leader counts as known while it advances; requests that are under way to one that
/// was replaced are told so.
/// </summary>
internal sealed class LeaderSight(NodeId self, TimeSpan silentFor, MonotonicTime time, TimeProvider clock) : IDisposable
{
    private readonly Lock _lock = new();
    private CancellationTokenSource _gone = new();
    private TaskCompletionSource _moved = New();
    private LeaderView? _view;
    private TimeSpan _advanced;
    private TimeSpan _looked;
    private string? _trouble;

    /// <summary>The leadership as it was seen last; null before the first look.</summary>
    public LeaderView? View
    {
        get
        {
            lock (_lock)
                return _view;
        }
    }

    /// <summary>Why the last look at the store failed; null when it did not.</summary>
    public string? Trouble
    {
        get
        {
            lock (_lock)
                return _trouble;
        }
    }

    /// <summary>The leader that advances, or null.</summary>
    public SeenLeader? Leader
    {
        get
        {
            lock (_lock)
                return Known();
        }
    }

    public void Saw(LeaderView view)
    {
        CancellationTokenSource? gone = null;
        TaskCompletionSource moved;
        lock (_lock)
        {
            if (_view is not null && (_view.Epoch != view.Epoch || _view.Leader != view.Leader))
                (gone, _gone) = (_gone, new());
            if (_view != view)
                _advanced = time.Now;
            (_view, _looked, _trouble) = (view, time.Now, null);
            (moved, _moved) = (_moved, New());
        }
        moved.TrySetResult();
        gone?.Cancel();
    }

    public void Missed(string trouble)
    {
        lock (_lock)
            _trouble = trouble;
    }

    /// <summary>The leader, waited for if there is none; null when none came in time.</summary>
    public async Task<SeenLeader?> LeaderAsync(TimeSpan patience, CancellationToken cancellation)
    {
        var until = time.Now + patience;
        while (true)
        {
            Task moved;
            lock (_lock)
            {
                if (Known() is { } leader)
                    return leader;
                moved = _moved.Task;
            }
            var left = until - time.Now;
            if (left <= TimeSpan.Zero)
                return null;
            try
            {
                await moved.WaitAsync(left, clock, cancellation);
            }
            catch (TimeoutException)
            {
                return null;
            }
        }
    }

    public void Dispose() => _gone.Dispose();

    /// <summary>
    /// The first look says nothing of life or death: the leader that is named there is asked, and found out. While the
    /// store cannot be asked, the leader was last seen well when it was.
    /// </summary>
    private SeenLeader? Known() =>
        _view is { Leader: { } leader } && Ids.TryParse<NodeId>(leader.Id, out var node) && node != self
        && _looked - _advanced < silentFor
            ? new SeenLeader(node, leader.Address, _view.Epoch, _gone.Token) : null;

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The leader and where it answers. Gone is cancelled when another one leads, or none.</summary>
internal sealed record SeenLeader(NodeId Node, string Address, Epoch Epoch, CancellationToken Gone);
