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
    private readonly Dictionary<ServiceId, NetworkId> _publishers = [];
    private readonly Dictionary<NetworkId, int> _reasons = [];

    /// <summary>Networks for which the first reason came or the last one went since this was last emptied.</summary>
    public HashSet<NetworkId> Changed { get; } = [];

    public IReadOnlyCollection<NetworkId> All => _reasons.Keys;

    public bool Contains(NetworkId network) => _reasons.ContainsKey(network);

    public void Look(ClusterState view, TaskId id)
    {
        var task = view.Tasks.Get(id);
        if (task is { Addresses.Count: > 0 } && task.NodeId == node && IsThere(task))
        {
            if (_tasks.TryAdd(id, task.Addresses))
                Count(task.Addresses, +1);
        }
        else if (_tasks.Remove(id, out var addresses))
            Count(addresses, -1);
    }

    public void Look(ClusterState view, ServiceId id)
    {
        var now = view.Services.TryGet(id, out var service) ? PublishesThrough(view, service) : null;
        if (_publishers.TryGetValue(id, out var before))
        {
            if (now == before)
                return;
            _publishers.Remove(id);
            Count(before, -1);
        }
        if (now is { } network)
        {
            _publishers[id] = network;
            Count(network, +1);
        }
    }

    /// <summary>The network that carries what the service publishes on every node.</summary>
    public static NetworkId? PublishesThrough(ClusterState view, Service service) =>
        service.TaskSpec.PublishesIngress && view.NetworksOf(service) is { Count: > 0 } networks ? networks[0] : null;

    /// <summary>A task that failed still counts until it is given up: its replacement is not to find the network taken down.</summary>
    private static bool IsThere(TaskRecord task) => task.Desired <= TaskState.Running || !task.State.IsTerminal();

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
