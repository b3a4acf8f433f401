using Orch.Core.Model;

namespace Orch.Core.Planning;

/// <summary>
/// When which service must be looked at again. Only an index: every time in it is derived from stamps in the state and
/// checked again when it comes, so a stale entry costs one look and nothing else.
/// </summary>
internal sealed class DueTimes
{
    private readonly PriorityQueue<(ServiceId Service, SlotKey Slot), Timestamp> _queue = new();
    private readonly Dictionary<ServiceId, Timestamp> _services = [];

    public Timestamp? Next => _queue.TryPeek(out _, out var at) ? at : null;

    public void Slot(ServiceId service, SlotKey slot, Timestamp at) => _queue.Enqueue((service, slot), at);

    /// <summary>The whole service; an entry that is due no later is already enough.</summary>
    public void Service(ServiceId service, Timestamp at)
    {
        if (_services.TryGetValue(service, out var known) && known <= at)
            return;
        _services[service] = at;
        _queue.Enqueue((service, default), at);
    }

    /// <summary>The next entry that is due; a default slot means the whole service.</summary>
    public bool TryTake(Timestamp now, out ServiceId service, out SlotKey slot)
    {
        (service, slot) = (default, default);
        if (!_queue.TryPeek(out _, out var at) || at > now)
            return false;
        (service, slot) = _queue.Dequeue();
        if (slot == default)
            _services.Remove(service);
        return true;
    }
}
