using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Manager.Sessions;

/// <summary>
/// Which agents must hear of a change of networks: those whose node needs the network, and for what is published on every
/// node all of them. A change costs what it touches and whom it concerns. Followed from any session, routed from one loop.
/// Sessions tell of the view that is being routed, never of a newer one: what they were told of is then what the next change
/// is routed by, and none can slip between.
/// </summary>
internal sealed class NetworkRoutes
{
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private readonly HashSet<SessionOutbox> _sessions = [];
    private readonly Dictionary<NetworkId, HashSet<SessionOutbox>> _followers = [];
    private readonly Dictionary<ServiceId, (Service Service, ServiceReach Reach)> _services = [];
    private readonly Dictionary<NodeId, (string Address, bool IsDown)> _nodes = [];

    public void Join(SessionOutbox session)
    {
        lock (_lock)
            _sessions.Add(session);
    }

    public void Leave(SessionOutbox session)
    {
        lock (_lock)
            _sessions.Remove(session);
    }

    public void Follow(SessionOutbox session, NetworkId network)
    {
        lock (_lock)
        {
            if (!_followers.TryGetValue(network, out var followers))
                _followers[network] = followers = [];
            followers.Add(session);
        }
    }

    public void Unfollow(SessionOutbox session, NetworkId network)
    {
        lock (_lock)
        {
            if (_followers.TryGetValue(network, out var followers) && followers.Remove(session) && followers.Count == 0)
                _followers.Remove(network);
        }
    }

    /// <summary>Complete once there is a view.</summary>
    public Task Begun => _begun.Task;

    /// <summary>What sessions tell of.</summary>
    public ClusterState View
    {
        get => Volatile.Read(ref field);
        private set => Volatile.Write(ref field, value);
    } = new();

    /// <summary>The view that the first changes follow.</summary>
    public void Begin(ClusterState view)
    {
        foreach (var service in view.Services.Values)
            _services[service.Id] = (service, ServiceReach.Of(view, service));
        foreach (var node in view.Nodes.Values)
            _nodes[node.Id] = (node.DataAddress, node.State == NodeState.Down);
        View = view;
        _begun.TrySetResult();
    }

    /// <summary>Before anybody is touched for it: whoever is touched must find the change.</summary>
    public void Publish(ClusterState view) => View = view;

    /// <summary>Touches whom it concerns. The tasks that are about to stop, and who has yet to hear of it.</summary>
    public Departures Route(ClusterState view, Changes changes)
    {
        var departures = new Departures();
        var tasks = new Dictionary<ServiceId, HashSet<TaskId>>();
        foreach (var id in changes.Tasks)
            Gather(tasks, view.Tasks.Get(id));
        foreach (var gone in changes.RemovedTasks)
            Gather(tasks, gone);
        var peers = new HashSet<(NodeId, NetworkId)>(changes.NodeNetworks);
        foreach (var id in changes.Nodes)
            Gather(tasks, peers, view, id);

        // To those who know the service, by what that was or is; services are therefore routed after tasks.
        foreach (var (service, ids) in tasks)
            Touch(view, ids, Knowing(view, service), departures);

        // Where a service is reached follows its tasks too.
        foreach (var id in changes.Services.Union(tasks.Keys))
            Route(view, id);
        foreach (var id in changes.Networks)
        {
            // The ingress network itself came: whoever published without one does it now.
            foreach (var session in id == view.IngressNetwork ? All() : Followers([id]))
                session.Touch(id);
        }
        foreach (var (node, network) in peers)
        {
            foreach (var session in Followers([network]))
                session.Touch(node, network);
        }
        return departures;
    }

    /// <summary>Machines that are believed in and have no session: their kernels lead connections as they did.</summary>
    private static void AddSilent(ClusterState view, List<TaskRecord> leaving, HashSet<SessionOutbox> sessions, Departures departures)
    {
        if (leaving.Count == 0)
            return;
        var heard = sessions.Select(session => session.Node).ToHashSet();
        foreach (var ofNetwork in leaving.GroupBy(task => task.Addresses[0].Network))
        {
            var silent = view.NetworkNodes.Get(ofNetwork.Key).Keys
                .Where(node => !heard.Contains(node) && view.Nodes.Get(node) is { State: NodeState.Ready }).ToList();
            foreach (var task in ofNetwork.Where(task => silent.Exists(node => node != task.NodeId)))
                departures.AddSilent(task.Id);
        }
    }

    private static void Touch(ClusterState view, HashSet<TaskId> tasks, HashSet<SessionOutbox> sessions, Departures departures)
    {
        var leaving = tasks.Select(view.Tasks.Get).OfType<TaskRecord>().Where(Departures.IsLeaving).ToList();
        AddSilent(view, leaving, sessions, departures);
        foreach (var session in sessions)
        {
            if (leaving.TrueForAll(task => task.NodeId == session.Node))
            {
                session.Touch(tasks);
                continue;
            }
            var gone = session.TouchAndWait(tasks);
            foreach (var task in leaving.Where(task => task.NodeId != session.Node))
                departures.Add(task.Id, gone);
        }
    }

    private static void Gather(Dictionary<ServiceId, HashSet<TaskId>> tasks, TaskRecord? task)
    {
        if (task is not { Addresses.Count: > 0 })
            return;
        if (!tasks.TryGetValue(task.ServiceId, out var ofService))
            tasks[task.ServiceId] = ofService = [];
        ofService.Add(task.Id);
    }

    private HashSet<SessionOutbox> Knowing(ClusterState view, ServiceId id)
    {
        var isKnown = _services.TryGetValue(id, out var before);
        view.Services.TryGet(id, out var now);
        if (now?.TaskSpec.PublishesIngress == true || (isKnown && before.Service.TaskSpec.PublishesIngress))
            return All();
        return Followers([.. isKnown ? before.Reach.Networks : [], .. now is null ? [] : ServiceReach.Of(view, now).Networks]);
    }

    private void Route(ClusterState view, ServiceId id)
    {
        var isKnown = _services.TryGetValue(id, out var before);
        view.Services.TryGet(id, out var now);
        var reach = now is null ? null : ServiceReach.Of(view, now);
        if (isKnown && now is not null && ToldService.AreSame(before.Service, now) && before.Reach == reach)
            return;
        foreach (var session in Knowing(view, id))
            session.Touch(id);
        if (now is null || reach is null)
            _services.Remove(id);
        else
            _services[id] = (now, reach);
    }

    /// <summary>Where a machine is reached, and whether anybody still believes in it, is part of what is told of its tasks.</summary>
    private void Gather(
        Dictionary<ServiceId, HashSet<TaskId>> tasks, HashSet<(NodeId, NetworkId)> peers, ClusterState view, NodeId id)
    {
        if (!view.Nodes.TryGet(id, out var node))
        {
            _nodes.Remove(id);
            return;
        }
        var now = (node.DataAddress, node.State == NodeState.Down);
        if (_nodes.TryGetValue(id, out var before) && before == now)
            return;
        if (before.Address != now.DataAddress)
            peers.UnionWith(view.NodeNetworks.Get(id).Keys.Select(network => (id, network)));
        _nodes[id] = now;
        foreach (var task in view.TasksOn(id))
            Gather(tasks, task);
    }

    private HashSet<SessionOutbox> All()
    {
        lock (_lock)
            return [.. _sessions];
    }

    /// <summary>Each once, as they are at this moment.</summary>
    private HashSet<SessionOutbox> Followers(IEnumerable<NetworkId> networks)
    {
        var found = new HashSet<SessionOutbox>();
        lock (_lock)
        {
            foreach (var network in networks)
            {
                if (_followers.TryGetValue(network, out var followers))
                    found.UnionWith(followers);
            }
        }
        return found;
    }
}
