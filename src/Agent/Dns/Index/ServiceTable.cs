using Orch.Agent.Networks;
using Orch.Core.Networking;

namespace Orch.Agent.Dns;

/// <summary>The writer's side of services: their names and virtual addresses in the zones.</summary>
internal sealed class ServiceTable(IReadOnlyDictionary<string, Zone> zones)
{
    private readonly Dictionary<string, ServiceCell> _cells = [];

    public ServiceCell Cell(string id)
    {
        if (!_cells.TryGetValue(id, out var cell))
            _cells[id] = cell = new(id);
        return cell;
    }

    /// <summary>Puts what is new at once; how to take away what is old is added to the list.</summary>
    public void Apply(NetworkBook book, string id, List<Action> stale)
    {
        var entry = book.Services.GetValueOrDefault(id);
        if (entry is null && !_cells.ContainsKey(id))
            return;
        var cell = Cell(id);
        (cell.Name, cell.Stack) = (entry?.Name ?? cell.Name, entry?.Stack ?? cell.Stack);
        var renamed = !ReferenceEquals(cell.Entry, entry);
        var kept = new List<ServiceView>();
        foreach (var network in entry?.Networks ?? [])
        {
            if (!zones.TryGetValue(network.NetworkId, out var zone) || zone.Facts.IsIngress
                || kept.Exists(view => view.Zone == zone))
                continue;
            var old = cell.Views.Find(view => view.Zone == zone);
            var view = old ?? new(cell, zone);
            kept.Add(view);
            view.Data = Data(book, entry!, network);
            if (renamed || old is null)
                Rename(view, Names(entry!, network), stale);
        }

        // Whoever asks at this moment may have found it already: what it says stays as it is.
        foreach (var gone in cell.Views.Except(kept).ToList())
            stale.Add(() => Leave(gone));
        cell.Views.Clear();
        cell.Views.AddRange(kept);
        cell.Entry = entry;
    }

    public void Forget(NetworkBook book, string id)
    {
        if (!book.Services.ContainsKey(id) && !book.TasksByService.ContainsKey(id))
            _cells.Remove(id);
    }

    private static void Rename(ServiceView view, HashSet<byte[]> keys, List<Action> stale)
    {
        var (old, zone) = (view.Keys, view.Zone);
        foreach (var key in keys)
        {
            if (!old.Contains(key))
                zone.Claim(key, view);
        }
        view.Keys = keys;
        foreach (var key in old)
        {
            if (!keys.Contains(key))
                stale.Add(() => zone.Disclaim(key, view));
        }
        OwnVip(view, stale);
    }

    private static void Leave(ServiceView view)
    {
        foreach (var key in view.Keys)
            view.Zone.Disclaim(key, view);
        if (view.VipOwner is { } owner)
            view.Zone.Disown(owner);
    }

    private static void OwnVip(ServiceView view, List<Action> stale)
    {
        var (zone, before) = (view.Zone, view.VipOwner);
        if (before is not null)
            stale.Add(() => zone.Disown(before));
        view.VipOwner = view.Data.Vip == 0 ? null : new(null, view.Data.Vip, vip: view);
        if (view.VipOwner is { } now)
            zone.Own(now);
    }

    private static ServiceData Data(NetworkBook book, ServiceEntry entry, ServiceNetwork network)
    {
        var tasks = new List<TaskOnZone>();
        var serving = new List<uint>();
        foreach (var task in book.TasksOf(entry.Id))
        {
            if (task.On(network.NetworkId) is not { IsV6: false } address)
                continue;
            tasks.Add(new(task, (uint)address.Value));
            if (task.Serving)
                serving.Add((uint)address.Value);
        }
        var vip = network.Vip is { IsV6: false } given ? (uint)given.Value : 0;
        return new(entry.Name, vip, [.. serving], [.. tasks], entry.Ports);
    }

    private static HashSet<byte[]> Names(ServiceEntry entry, ServiceNetwork network)
    {
        var shortName = entry.Stack.Length > 0 && entry.Name.StartsWith(entry.Stack + "_", StringComparison.Ordinal)
            ? entry.Name[(entry.Stack.Length + 1)..] : entry.Name;
        string[] names = [entry.Name, shortName, .. network.Aliases];
        if (entry.Stack.Length > 0)
            names = [.. names, $"{shortName}.{entry.Stack}"];
        return new(names.Select(DnsName.Encode).OfType<byte[]>(), NameComparer.Instance);
    }
}
