using Orch.Contracts.Agent;

namespace Orch.Agent.Networks;

/// <summary>The managers' words about networks, folded: the last message about each network, machine on it, service and task.</summary>
internal sealed class NetworkTruth
{
    private readonly Dictionary<string, NetworkAssignment> _networks = [];
    private readonly Dictionary<string, ServiceEndpoint> _services = [];
    private readonly Dictionary<string, TaskEndpoint> _tasks = [];
    private readonly Dictionary<(string Network, string Node), Contracts.Agent.NetworkPeer> _peers = [];

    public TaskEndpoint? Task(string id) => _tasks.GetValueOrDefault(id);

    public void Apply(NetworkUpdate update)
    {
        if (update.Complete)
        {
            _networks.Clear();
            _services.Clear();
            _tasks.Clear();
            _peers.Clear();
        }
        Change(_tasks, update.RemovedTasks, update.Tasks, task => task.Id);
        Change(_services, update.RemovedServices, update.Services, service => service.Id);
        Change(_networks, update.RemovedNetworks, update.Networks, network => network.Id);
        if (update.RemovedNetworks.Count > 0)
            ForgetPeers(update.RemovedNetworks.ToHashSet());
        Change(_peers, update.RemovedPeers.Select(Key), update.Peers, Key);
    }

    /// <summary>One update that says all of it.</summary>
    public NetworkUpdate Whole() => new()
    {
        Complete = true,
        Networks = { _networks.Values },
        Services = { _services.Values },
        Tasks = { _tasks.Values },
        Peers = { _peers.Values },
    };

    private void ForgetPeers(HashSet<string> networks)
    {
        foreach (var peer in _peers.Keys.Where(peer => networks.Contains(peer.Network)).ToList())
            _peers.Remove(peer);
    }

    private static (string Network, string Node) Key(Contracts.Agent.NetworkPeer peer) => (peer.NetworkId, peer.NodeId);

    private static void Change<TKey, T>(Dictionary<TKey, T> all, IEnumerable<TKey> removed, IEnumerable<T> put, Func<T, TKey> id)
        where TKey : notnull
    {
        foreach (var gone in removed)
            all.Remove(gone);
        foreach (var one in put)
            all[id(one)] = one;
    }
}
