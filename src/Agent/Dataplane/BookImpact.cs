using Orch.Agent.Networks;

namespace Orch.Agent.Dataplanes;

/// <summary>What has to be looked at after a change of the book. Services null: all of them.</summary>
internal readonly record struct BookImpact(bool Links, IReadOnlySet<string>? Services)
{
    public static readonly BookImpact Everything = new(true, null);

    public static BookImpact Of(BookChanges changes, NetworkBook before, NetworkBook after, string nodeId)
    {
        // Every service of a network says the network's name in its rules.
        if (changes.Networks.Count > 0)
            return Everything;
        var peers = changes.Peers.Count > 0
            || changes.Tasks.Any(id => IsPeer(before, id, nodeId) != IsPeer(after, id, nodeId) || Moved(before, after, id, nodeId));
        var services = changes.Services.ToHashSet(StringComparer.Ordinal);
        if (peers)
            services.Add(CommonRules.Owner);
        return new(peers || changes.Services.Any(id => !SameVips(before, after, id)), services);
    }

    private static bool IsPeer(NetworkBook book, string task, string nodeId) =>
        book.Tasks.TryGetValue(task, out var entry) && entry.NodeId != nodeId;

    private static bool Moved(NetworkBook before, NetworkBook after, string task, string nodeId) =>
        before.Tasks.TryGetValue(task, out var was) && after.Tasks.TryGetValue(task, out var now)
        && now.NodeId != nodeId && (was.NodeAddress != now.NodeAddress || !was.Addresses.SequenceEqual(now.Addresses));

    private static bool SameVips(NetworkBook before, NetworkBook after, string service)
    {
        if (before.Services.TryGetValue(service, out var was) && after.Services.TryGetValue(service, out var now))
            return was.Networks.Select(on => (on.NetworkId, on.Vip)).SequenceEqual(now.Networks.Select(on => (on.NetworkId, on.Vip)));
        return !before.Services.ContainsKey(service) && !after.Services.ContainsKey(service);
    }
}
