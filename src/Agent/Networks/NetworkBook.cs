using System.Collections.Immutable;
using Orch.Contracts.Agent;

namespace Orch.Agent.Networks;

/// <summary>
/// All that this machine was told of networks, services and tasks on them. A value: names, rules and links are each made
/// from the book they were handed, on their own time. A change costs what it touches.
/// </summary>
public sealed record NetworkBook
{
    public static readonly NetworkBook Empty = new();

    /// <summary>Counts the changes applied, from 0 at the start of the process.</summary>
    public long Version { get; private init; }
    public ImmutableDictionary<string, NodeNetwork> Networks { get; private init; } = ImmutableDictionary<string, NodeNetwork>.Empty;
    public ImmutableDictionary<string, ServiceEntry> Services { get; private init; } = ImmutableDictionary<string, ServiceEntry>.Empty;
    public ImmutableDictionary<string, TaskEntry> Tasks { get; private init; } = ImmutableDictionary<string, TaskEntry>.Empty;

    /// <summary>Other machines that have a network, by the network's id and theirs.</summary>
    public ImmutableDictionary<string, ImmutableDictionary<string, NetworkPeer>> Peers { get; private init; } =
        ImmutableDictionary<string, ImmutableDictionary<string, NetworkPeer>>.Empty;

    /// <summary>Ids of the tasks of a service, in order.</summary>
    public ImmutableDictionary<string, ImmutableSortedSet<string>> TasksByService { get; private init; } =
        ImmutableDictionary<string, ImmutableSortedSet<string>>.Empty;

    public IEnumerable<NetworkPeer> PeersOf(string network) => Peers.TryGetValue(network, out var peers) ? peers.Values : [];

    public IEnumerable<TaskEntry> TasksOf(string service)
    {
        if (!TasksByService.TryGetValue(service, out var ids))
            yield break;
        foreach (var id in ids)
            yield return Tasks[id];
    }

    /// <summary>The book after this update, and what is different in it.</summary>
    public (NetworkBook Book, BookChanges Changes) Apply(NetworkUpdate update)
    {
        var edit = new Edit(this);
        if (update.Complete)
            edit.KeepOnly(update);
        foreach (var id in update.RemovedTasks)
            edit.RemoveTask(id);
        foreach (var id in update.RemovedServices)
            edit.RemoveService(id);
        foreach (var id in update.RemovedNetworks)
            edit.RemoveNetwork(id);
        foreach (var peer in update.RemovedPeers)
            edit.RemovePeer(peer.NetworkId, peer.NodeId);
        foreach (var network in update.Networks)
            edit.Put(NodeNetwork.From(network));
        foreach (var peer in update.Peers)
            edit.Put(NetworkPeer.From(peer));
        foreach (var service in update.Services)
            edit.Put(ServiceEntry.From(service));
        foreach (var task in update.Tasks)
            edit.Put(TaskEntry.From(task));
        return edit.Done();
    }

    /// <summary>The task gets no new connections any more, whatever the manager said last.</summary>
    public (NetworkBook Book, BookChanges Changes) Leave(string task)
    {
        var edit = new Edit(this);
        if (Tasks.TryGetValue(task, out var entry) && entry.Serving)
            edit.Put(entry with { Serving = false });
        return edit.Done();
    }

    private sealed class Edit(NetworkBook before)
    {
        private readonly ImmutableDictionary<string, ImmutableDictionary<string, NetworkPeer>>.Builder _peers = before.Peers.ToBuilder();
        private readonly ImmutableDictionary<string, NodeNetwork>.Builder _networks = before.Networks.ToBuilder();
        private readonly ImmutableDictionary<string, ServiceEntry>.Builder _services = before.Services.ToBuilder();
        private readonly ImmutableDictionary<string, TaskEntry>.Builder _tasks = before.Tasks.ToBuilder();
        private readonly ImmutableDictionary<string, ImmutableSortedSet<string>>.Builder _byService = before.TasksByService.ToBuilder();
        private readonly BookChanges _changes = new();

        public void KeepOnly(NetworkUpdate update)
        {
            foreach (var id in before.Tasks.Keys.Except(update.Tasks.Select(task => task.Id)).ToList())
                RemoveTask(id);
            foreach (var id in before.Services.Keys.Except(update.Services.Select(service => service.Id)).ToList())
                RemoveService(id);
            foreach (var id in before.Networks.Keys.Except(update.Networks.Select(network => network.Id)).ToList())
                RemoveNetwork(id);
            var said = update.Peers.Select(peer => (peer.NetworkId, peer.NodeId)).ToHashSet();
            foreach (var (network, node) in before.Peers.SelectMany(on => on.Value.Keys.Select(node => (on.Key, node))))
            {
                if (!said.Contains((network, node)))
                    RemovePeer(network, node);
            }
        }

        public void Put(NetworkPeer? peer)
        {
            if (peer is null)
                return;
            _peers[peer.NetworkId] = _peers.GetValueOrDefault(peer.NetworkId, ImmutableDictionary<string, NetworkPeer>.Empty)
                .SetItem(peer.NodeId, peer);
            _changes.Peers.Add(peer.NetworkId);
        }

        public void RemovePeer(string network, string node)
        {
            if (!_peers.TryGetValue(network, out var peers) || !peers.ContainsKey(node))
                return;
            var left = peers.Remove(node);
            if (left.IsEmpty)
                _peers.Remove(network);
            else
                _peers[network] = left;
            _changes.Peers.Add(network);
        }

        public void Put(NodeNetwork? network)
        {
            if (network is null)
                return;
            _networks[network.Id] = network;
            _changes.Networks.Add(network.Id);
        }

        public void Put(ServiceEntry service)
        {
            _services[service.Id] = service;
            _changes.Services.Add(service.Id);
        }

        public void Put(TaskEntry task)
        {
            if (_tasks.TryGetValue(task.Id, out var old) && old.ServiceId != task.ServiceId)
                RemoveTask(task.Id);
            _tasks[task.Id] = task;
            _byService[task.ServiceId] = _byService.GetValueOrDefault(task.ServiceId, []).Add(task.Id);
            Touched(task);
        }

        public void RemoveTask(string id)
        {
            if (!_tasks.TryGetValue(id, out var task))
                return;
            _tasks.Remove(id);
            var left = _byService[task.ServiceId].Remove(id);
            if (left.IsEmpty)
                _byService.Remove(task.ServiceId);
            else
                _byService[task.ServiceId] = left;
            Touched(task);
        }

        public void RemoveService(string id)
        {
            if (_services.Remove(id))
                _changes.Services.Add(id);
        }

        public void RemoveNetwork(string id)
        {
            if (_networks.Remove(id))
                _changes.Networks.Add(id);
            if (_peers.Remove(id))
                _changes.Peers.Add(id);
        }

        public (NetworkBook Book, BookChanges Changes) Done() => (_changes.IsEmpty ? before : before with
        {
            Version = before.Version + 1,
            Networks = _networks.ToImmutable(),
            Peers = _peers.ToImmutable(),
            Services = _services.ToImmutable(),
            Tasks = _tasks.ToImmutable(),
            TasksByService = _byService.ToImmutable(),
        }, _changes);

        private void Touched(TaskEntry task)
        {
            _changes.Tasks.Add(task.Id);
            _changes.Services.Add(task.ServiceId);
        }
    }
}

/// <summary>Ids of what an update put or removed; a service is also changed by its tasks.</summary>
public sealed class BookChanges
{
    public HashSet<string> Networks { get; } = [];
    public HashSet<string> Services { get; } = [];
    public HashSet<string> Tasks { get; } = [];

    /// <summary>Networks whose other machines are different.</summary>
    public HashSet<string> Peers { get; } = [];
    public bool IsEmpty => Networks.Count + Services.Count + Tasks.Count + Peers.Count == 0;

    public void AddAll(BookChanges other)
    {
        Networks.UnionWith(other.Networks);
        Services.UnionWith(other.Services);
        Tasks.UnionWith(other.Tasks);
        Peers.UnionWith(other.Peers);
    }
}
