using Orch.Agent.Networks;

namespace Orch.Agent.Dns;

/// <summary>The writer's side of tasks: who asks from which address.</summary>
internal sealed class TaskTable(IReadOnlyDictionary<string, Zone> zones, ServiceTable services)
{
    private readonly Dictionary<string, TaskCell> _cells = [];

    /// <summary>Puts what is new at once; how to take away what is old is added to the list.</summary>
    public void Apply(NetworkBook book, string id, List<Action> stale)
    {
        var before = _cells.GetValueOrDefault(id);
        if (before is not null)
            stale.Add(before.Leave);
        if (!book.Tasks.TryGetValue(id, out var task))
        {
            _cells.Remove(id);
            return;
        }
        var service = services.Cell(task.ServiceId);
        Zone[] on = [.. task.Addresses.Select(held => zones.GetValueOrDefault(held.NetworkId)).OfType<Zone>().Distinct()];
        var asker = before?.Asker is { } same && same.Service == service && same.Zones.AsSpan().SequenceEqual(on)
            ? same : new Asker(service, on);
        var places = new List<(Zone, AddressOwner)>();
        foreach (var held in task.Addresses)
        {
            if (held.Address.IsV6 || !zones.TryGetValue(held.NetworkId, out var zone))
                continue;
            var address = (uint)held.Address.Value;
            var owner = new AddressOwner(asker, address, new(task, address));
            zone.Own(owner);
            places.Add((zone, owner));
        }
        _cells[id] = new(asker, places);
    }

    private sealed record TaskCell(Asker Asker, List<(Zone Zone, AddressOwner Owner)> Places)
    {
        public void Leave()
        {
            foreach (var (zone, owner) in Places)
                zone.Disown(owner);
        }
    }
}
