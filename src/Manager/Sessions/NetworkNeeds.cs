using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Manager.Sessions;

/// <summary>
/// Why one node needs networks: its own tasks that are not gone, and services that publish ports on every node through them.
/// Pure; what is counted is only what was looked at, so a change costs what it touches.
/// </summary>
internal sealed class NetworkNeeds(NodeId node)
{
    private readonly Dictionary<TaskId, IReadOnlyList<TaskAddress>> _tasks = [];
    private readonly Dictionary<ServiceId, IReadOnlyList<NetworkId>> _publishers = [];
    private readonly Dictionary<NetworkId, int> _reasons = [];

    /// <summary>Networks for which the first reason came or the last one went since this was last emptied.</summary>
    public HashSet<NetworkId> Changed { get; } = [];

    public IReadOnlyCollection<NetworkId> All => _reasons.Keys;

    public bool Contains(NetworkId network) => _reasons.ContainsKey(network);

    public void Look(ClusterState view, TaskId id)
    {
        var task = view.Tasks.Get(id);
        if (task is { NeedsNetworks: true } && task.NodeId == node)
        {
            if (_tasks.TryAdd(id, task.Addresses))
                Count(task.Addresses, +1);
        }
        else if (_tasks.Remove(id, out var addresses))
            Count(addresses, -1);
    }

    public void Look(ClusterState view, ServiceId id)
    {
        var now = view.Services.TryGet(id, out var service) ? ServiceReach.Of(view, service).Carriers : [];
        var before = _publishers.GetValueOrDefault(id, []);
        if (now.SequenceEqual(before))
            return;
        foreach (var network in now)
            Count(network, +1);
        foreach (var network in before)
            Count(network, -1);
        if (now.Count > 0)
            _publishers[id] = now;
        else
            _publishers.Remove(id);
    }

    private void Count(IReadOnlyList<TaskAddress> addresses, int by)
    {
        foreach (var (network, _) in addresses)
            Count(network, by);
    }

    private void Count(NetworkId network, int by)
    {
        var count = _reasons.GetValueOrDefault(network) + by;
        if (count > 0)
            _reasons[network] = count;
        else
            _reasons.Remove(network);
        if (count == 0 || (count == 1 && by > 0))
            Changed.Add(network);
    }
}
