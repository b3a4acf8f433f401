using System.Threading.Channels;
using Orch.Contracts.Agent;
using Orch.Core.Model;

namespace Orch.Manager.Sessions;

/// <summary>
/// What waits to be sent to one agent: ids of what was touched, acknowledgements. Whatever piles up while the agent reads
/// slowly collapses into sets, so it is bounded by what the node has. Knows how far the agent has come with it.
/// </summary>
internal sealed class SessionOutbox(NodeId node)
{
    private readonly Lock _lock = new();
    private readonly Channel<bool> _signal = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly AppliedMark _applied = new();
    private readonly HashSet<TaskId> _held = [];
    private HashSet<TaskId> _assigned = [];
    private HashSet<TaskId> _touched = [];
    private HashSet<ServiceId> _services = [];
    private HashSet<NetworkId> _networks = [];
    private HashSet<(NodeId, NetworkId)> _peers = [];
    private bool _node;
    private HashSet<string> _recorded = [];
    private ulong _heartbeat;
    private List<string> _tickets = [];
    private List<Ask> _asks = [];
    private Welcome? _welcome;

    public NodeId Node => node;

    /// <summary>The agent is told nothing more of this task until it is released.</summary>
    public void Hold(TaskId id)
    {
        lock (_lock)
            _held.Add(id);
    }

    public bool IsHeld(TaskId id)
    {
        lock (_lock)
            return _held.Contains(id);
    }

    /// <summary>What the agent shall do with the task, whether it was held or not.</summary>
    public void Release(TaskId id) => Change(() =>
    {
        _held.Remove(id);
        _assigned.Add(id);
    });

    /// <summary>What names and rules say of these tasks, here or elsewhere.</summary>
    public void Touch(IReadOnlyCollection<TaskId> ids) => Change(() => _touched.UnionWith(ids));

    /// <summary>The same; done when the agent's names and rules are so, and never when its session ends before.</summary>
    public Task TouchAndWait(IReadOnlyCollection<TaskId> ids)
    {
        var done = Task.CompletedTask;
        Change(() =>
        {
            _touched.UnionWith(ids);
            done = _applied.Touch();
        });
        return done;
    }

    public void Touch(ServiceId id) => Change(() => _services.Add(id));

    public void Touch(NetworkId id) => Change(() => _networks.Add(id));

    public void Touch(NodeId peer, NetworkId network) => Change(() => _peers.Add((peer, network)));

    /// <summary>The record of the agent's own node changed.</summary>
    public void TouchNode() => Change(() => _node = true);

    public void Recorded(IEnumerable<string> ids) => Change(() => _recorded.UnionWith(ids));

    /// <summary>The managers of the cluster changed: a welcome names all of them.</summary>
    public void Managers(Welcome welcome) => Change(() => _welcome = welcome);

    public void Heartbeat(ulong sequence) => Change(() => _heartbeat = sequence);

    /// <summary>A ticket for a stream of logs; false when more wait to be sent than anybody will read.</summary>
    public bool Logs(string ticket) => TryAdd(() => _tickets, ticket);

    /// <summary>The same for a question.</summary>
    public bool Ask(Ask question) => TryAdd(() => _asks, question);

    /// <summary>What was taken last is sent; serial: of the update about it that the agent acknowledges, or 0 where it needed none.</summary>
    public void Sent(ulong serial)
    {
        lock (_lock)
            _applied.Sent(serial);
    }

    /// <summary>The agent has done all that it was sent of networks up to this serial.</summary>
    public void Applied(ulong serial)
    {
        lock (_lock)
            _applied.Applied(serial);
    }

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
            var taken = new Waiting(
                new(_touched, _services, _networks, _peers, _node), _assigned, _recorded, _heartbeat, _tickets, _asks, _welcome);
            (_touched, _services, _networks, _peers, _node) = ([], [], [], [], false);
            (_assigned, _recorded, _heartbeat, _tickets, _asks, _welcome) = ([], [], 0, [], [], null);
            _applied.Taken();
            return taken;
        }
    }

    /// <summary>What there is to send. A heartbeat of 0 is none.</summary>
    public readonly record struct Waiting(
        NetworkTouch Touched, IReadOnlyCollection<TaskId> Assigned, IReadOnlyCollection<string> Recorded, ulong Heartbeat,
        IReadOnlyList<string> Tickets, IReadOnlyList<Ask> Asks, Welcome? Welcome);

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
