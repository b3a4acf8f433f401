using System.Threading.Channels;
using Orch.Core.State;

namespace Orch.Manager.Writing;

/// <summary>
/// One reader of published views. A slow one gets several commits merged into one, never a backlog: what waits here is
/// one view and one set of ids, however far behind the reader is.
/// </summary>
internal sealed class Watcher
{
    private readonly Lock _lock = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private ClusterState? _view;
    private Changes? _pending;
    private bool _all = true;

    /// <summary>
    /// The first view, read under the lock once commits are published here: an older one can never take the place of
    /// a newer one that came meanwhile.
    /// </summary>
    public void Begin(Func<ClusterState> current)
    {
        lock (_lock)
            _view = current();
        _signal.Writer.TryWrite(true);
    }

    public void Publish(ClusterState view, Changes changes)
    {
        lock (_lock)
        {
            _view = view;
            if (!_all)
                (_pending ??= new Changes()).AddAll(changes);
        }
        _signal.Writer.TryWrite(true);
    }

    /// <summary>Ends the stream once what is pending was taken.</summary>
    public void Complete() => _signal.Writer.TryComplete();

    public async IAsyncEnumerable<Published> ReadAllAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        do
        {
            if (Take() is { } next)
                yield return next;
        }
        while (await WaitAsync(cancellation));
    }

    private async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        if (!await _signal.Reader.WaitToReadAsync(cancellation))
            return false;
        _signal.Reader.TryRead(out _);
        return true;
    }

    private Published? Take()
    {
        lock (_lock)
        {
            if (_view is not { } view)
                return null;
            var (pending, all) = (_pending, _all);
            (_pending, _all) = (null, false);
            return all ? new(view, null) : pending is null ? null : new(view, pending);
        }
    }
}
