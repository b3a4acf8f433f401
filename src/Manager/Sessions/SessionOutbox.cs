using System.Threading.Channels;
using Orch.Core.Model;

namespace Orch.Manager.Sessions;

/// <summary>
/// What waits to be sent to one agent: ids of touched tasks, acknowledgements. Whatever piles up while the agent reads
/// slowly collapses into sets, so it is bounded by what the node has.
/// </summary>
internal sealed class SessionOutbox
{
    private readonly Lock _lock = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private HashSet<TaskId> _touched = [];
    private HashSet<string> _recorded = [];
    private ulong _heartbeat;

    public void Touch(TaskId id) => Change(() => _touched.Add(id));

    public void Recorded(IEnumerable<string> ids) => Change(() => _recorded.UnionWith(ids));

    public void Heartbeat(ulong sequence) => Change(() => _heartbeat = sequence);

    /// <summary>Nothing more will be added; the sender finishes.</summary>
    public void Close() => _signal.Writer.TryComplete();

    /// <summary>Waits until there is something; false when the outbox is closed.</summary>
    public async ValueTask<bool> WaitAsync(CancellationToken cancellation)
    {
        if (!await _signal.Reader.WaitToReadAsync(cancellation))
            return false;
        _signal.Reader.TryRead(out _);
        return true;
    }

    public (IReadOnlyCollection<TaskId> Touched, IReadOnlyCollection<string> Recorded, ulong Heartbeat) Take()
    {
        lock (_lock)
        {
            var taken = (_touched, _recorded, _heartbeat);
            (_touched, _recorded, _heartbeat) = ([], [], 0);
            return taken;
        }
    }

    private void Change(Action change)
    {
        lock (_lock)
            change();
        _signal.Writer.TryWrite(true);
    }
}
