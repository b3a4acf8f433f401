using System.Threading.Channels;
using Orch.Contracts.Agent;
using Orch.Core.Model;

namespace Orch.Manager.Sessions;

/// <summary>
/// What waits to be sent to one agent: ids of what was touched, acknowledgements. Whatever piles up while the agent reads
/// slowly collapses into sets, so it is bounded by what the node has.
/// </summary>
internal sealed class SessionOutbox
{
    private readonly Lock _lock = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private HashSet<TaskId> _touched = [];
    private HashSet<ServiceId> _services = [];
    private HashSet<NetworkId> _networks = [];
    private bool _node;
    private HashSet<string> _recorded = [];
    private ulong _heartbeat;
    private List<string> _tickets = [];
    private List<Ask> _asks = [];

    public void Touch(TaskId id) => Change(() => _touched.Add(id));

    public void Touch(IReadOnlyCollection<TaskId> ids) => Change(() => _touched.UnionWith(ids));

    public void Touch(ServiceId id) => Change(() => _services.Add(id));

    public void Touch(NetworkId id) => Change(() => _networks.Add(id));

    /// <summary>The record of the agent's own node changed.</summary>
    public void TouchNode() => Change(() => _node = true);

    public void Recorded(IEnumerable<string> ids) => Change(() => _recorded.UnionWith(ids));

    public void Heartbeat(ulong sequence) => Change(() => _heartbeat = sequence);

    /// <summary>A ticket for a stream of logs; false when more wait to be sent than anybody will read.</summary>
    public bool Logs(string ticket) => TryAdd(() => _tickets, ticket);

    /// <summary>The same for a question.</summary>
    public bool Ask(Ask question) => TryAdd(() => _asks, question);

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

    public Waiting Take()
    {
        lock (_lock)
        {
            var taken = new Waiting(new(_touched, _services, _networks, _node), _recorded, _heartbeat, _tickets, _asks);
            (_touched, _services, _networks, _node) = ([], [], [], false);
            (_recorded, _heartbeat, _tickets, _asks) = ([], 0, [], []);
            return taken;
        }
    }

    /// <summary>What there is to send. A heartbeat of 0 is none.</summary>
    public readonly record struct Waiting(
        NetworkTouch Touched, IReadOnlyCollection<string> Recorded, ulong Heartbeat,
        IReadOnlyList<string> Tickets, IReadOnlyList<Ask> Asks);

    private bool TryAdd<T>(Func<List<T>> queue, T item)
    {
        const int MostWaiting = 64;
        var room = false;
        Change(() =>
        {
            room = queue().Count < MostWaiting;
            if (room)
                queue().Add(item);
        });
        return room;
    }

    private void Change(Action change)
    {
        lock (_lock)
            change();
        _signal.Writer.TryWrite(true);
    }
}
