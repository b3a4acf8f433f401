using Orch.Agent.Networks;
using Orch.Core.Networking;

namespace Orch.Agent.Dns;

/// <summary>
/// Who may ask and what names give, kept up to date with the book. One writer at a time; readers see each name and each
/// address either as before a change or as after it. A change costs what it touches; a network that comes, goes or turns
/// into an ingress one costs a look at the whole book.
/// </summary>
internal sealed class DnsIndex
{
    private readonly Dictionary<string, Zone> _zones = [];
    private readonly ServiceTable _services;
    private readonly TaskTable _tasks;
    private volatile Zone[] _all = [];

    public DnsIndex()
    {
        _services = new(_zones);
        _tasks = new(_zones, _services);
    }

    public IReadOnlyList<Zone> Zones => _all;

    public void Apply(NetworkBook book, BookChanges changes)
    {
        var services = new HashSet<string>(changes.Services);
        var tasks = new HashSet<string>(changes.Tasks);
        var moved = ApplyNetworks(book, changes.Networks);
        if (moved.Count > 0)
        {
            services.UnionWith(book.Services.Values
                .Where(service => service.Networks.Any(on => moved.Contains(on.NetworkId))).Select(service => service.Id));
            tasks.UnionWith(book.Tasks.Values
                .Where(task => task.Addresses.Any(on => moved.Contains(on.NetworkId))).Select(task => task.Id));
        }

        // What is new comes first and what is old goes last, so that nothing is missing in between.
        var stale = new List<Action>();
        foreach (var id in services)
            _services.Apply(book, id, stale);
        foreach (var id in tasks)
            _tasks.Apply(book, id, stale);
        foreach (var remove in stale)
            remove();
        foreach (var id in services)
            _services.Forget(book, id);
    }

    /// <summary>Null: nobody we know. The zone is the one whose server was asked.</summary>
    public Asker? Who(Zone asked, uint source)
    {
        if (asked.TryOwner(source, out var owner))
            return owner.Asker;
        foreach (var zone in _all)
        {
            if (zone != asked && zone.TryOwner(source, out owner) && owner.Asker is { } asker)
                return asker;
        }
        return null;
    }

    /// <summary>Whether an address is of a network of ours: then nobody else knows its name.</summary>
    public bool IsOurs(uint address)
    {
        foreach (var zone in _all)
        {
            if (zone.Covers(IpAddr.V4(address)))
                return true;
        }
        return false;
    }

    /// <summary>The networks that came, went, or began or ceased to have names.</summary>
    private HashSet<string> ApplyNetworks(NetworkBook book, IReadOnlyCollection<string> changed)
    {
        var moved = new HashSet<string>();
        foreach (var id in changed)
        {
            var now = book.Networks.GetValueOrDefault(id);
            var zone = _zones.GetValueOrDefault(id);
            if (now is null ? zone is not null : zone is null || zone.Facts.IsIngress != now.IsIngress)
                moved.Add(id);
            if (now is null)
                _zones.Remove(id);
            else if (zone is null)
                _zones[id] = new(now);
            else
                zone.Facts = now;
        }
        if (moved.Count > 0)
            _all = [.. _zones.Values];
        return moved;
    }
}
