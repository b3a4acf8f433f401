using Orch.Contracts.Agent;
using Orch.Core.Model;
using Orch.Core.State;
using CoreEpoch = Orch.Core.Model.Epoch;

namespace Orch.Manager.Sessions;

/// <summary>
/// What one agent was told of networks in this session, and from it the message that brings it up to a view: the networks
/// its node needs and the other nodes on them, the services on them and those that publish on every node, and all tasks
/// of these. Pure. What is kept of each is what decides whether it must be told again, not the message.
/// </summary>
internal sealed class NetworkLedger(NodeId node, CoreEpoch epoch)
{
    private readonly NetworkNeeds _needs = new(node);
    private readonly Dictionary<NetworkId, (Network Network, string Bridge)> _networks = [];
    private readonly Dictionary<ServiceId, ToldService> _services = [];
    private readonly Dictionary<NetworkId, HashSet<ServiceId>> _servicesOn = [];
    private readonly Dictionary<TaskId, ToldTask> _tasks = [];
    private readonly PeerLedger _peers = new(node);

    /// <summary>
    /// The networks whose changes concern the agent from now on. Whoever routes changes must know of them before the view is
    /// read that <see cref="Complete"/> or <see cref="Delta"/> is given, or one could come between.
    /// </summary>
    public IReadOnlyCollection<NetworkId> Needs => _needs.All;

    public bool Requires(NetworkId network) => _needs.Contains(network);

    /// <summary>Counts the needs of a whole view.</summary>
    public void LookAtAll(ClusterState view)
    {
        foreach (var task in view.TasksOn(node))
            _needs.Look(view, task.Id);
        LookAtPublishers(view);
    }

    /// <summary>Counts what the touched need now.</summary>
    public void Look(ClusterState view, NetworkTouch touch)
    {
        foreach (var id in touch.Tasks)
            _needs.Look(view, id);
        foreach (var id in touch.Services)
            _needs.Look(view, id);
        if (touch.Networks.Contains(view.IngressNetwork))
            LookAtPublishers(view);
    }

    /// <summary>The whole truth; what is not in it the agent must forget.</summary>
    public NetworkUpdate Complete(ClusterState view)
    {
        _networks.Clear();
        _services.Clear();
        _servicesOn.Clear();
        _tasks.Clear();
        _peers.Clear();
        LookAtAll(view);
        var message = NewMessage(view);
        message.Complete = true;
        Settle(view, message, _needs.All, Publishers(view), view.TasksOn(node).Select(task => task.Id));
        return message;
    }

    /// <summary>What the touched changed for this agent; null when that is nothing.</summary>
    public NetworkUpdate? Delta(ClusterState view, NetworkTouch touch)
    {
        Look(view, touch);
        var message = NewMessage(view);
        var networks = new HashSet<NetworkId>(touch.Networks);
        if (touch.Node)
            networks.UnionWith(_needs.All);
        var services = new HashSet<ServiceId>(touch.Services);
        if (touch.Networks.Contains(view.IngressNetwork))
            services.UnionWith(Publishers(view));
        Settle(view, message, networks, services, touch.Tasks);
        foreach (var (peer, network) in touch.Peers)
            _peers.Settle(view, message, peer, network);
        return IsEmpty(message) ? null : message;
    }

    private void Settle(ClusterState view, NetworkUpdate message, IReadOnlyCollection<NetworkId> networks,
        HashSet<ServiceId> services, IEnumerable<TaskId> tasks)
    {
        foreach (var id in _needs.Changed.Concat(networks).Distinct().ToList())
        {
            if (!Settle(view, message, id))
                continue;
            services.UnionWith(view.NetworkUsers.Get(id).Keys);
            services.UnionWith(view.NetworkTasks.Get(id).Keys);
            services.UnionWith(_servicesOn.GetValueOrDefault(id, []));
        }
        _needs.Changed.Clear();
        foreach (var id in services)
            Settle(view, message, id);
        foreach (var id in tasks)
            Settle(view, message, id);
    }

    /// <summary>True when the network came or went, which decides over services.</summary>
    private bool Settle(ClusterState view, NetworkUpdate message, NetworkId id)
    {
        var wasThere = _networks.TryGetValue(id, out var told);
        if (_needs.Contains(id) && view.NetworkOf(id) is { } network && view.NodeNetworks.Get(node).TryGet(id, out var bridge))
        {
            if (wasThere && ReferenceEquals(told.Network, network) && told.Bridge == bridge)
                return false;
            _networks[id] = (network, bridge);
            message.Networks.Add(network.ToAssignment(bridge));
            if (!wasThere)
                _peers.Open(view, message, id);
            return !wasThere;
        }
        if (_networks.Remove(id))
        {
            message.RemovedNetworks.Add(id.ToString());
            _peers.Close(id);
        }
        return wasThere;
    }

    private void Settle(ClusterState view, NetworkUpdate message, ServiceId id)
    {
        _services.TryGetValue(id, out var told);
        var reach = view.Services.TryGet(id, out var service) ? ServiceReach.Of(view, service) : null;
        if (service is null || reach is null || !IsWanted(service, reach))
        {
            if (told is null)
                return;
            _services.Remove(id);
            Index(told, id, isThere: false);
            foreach (var task in told.Tasks)
                Settle(view, message, task);
            message.RemovedServices.Add(id.ToString());
            return;
        }
        if (told is null || !told.IsOf(service, reach))
        {
            if (told is not null)
                Index(told, id, isThere: false);
            Index(_services[id] = new ToldService(service, reach, told?.Tasks ?? []), id, isThere: true);
            message.Services.Add(service.ToEndpoint(reach));
        }
        if (told is not null)
            return;
        foreach (var task in view.TasksOf(id).All)
            Settle(view, message, task);
    }

    private void Index(ToldService service, ServiceId id, bool isThere)
    {
        foreach (var network in service.Networks)
        {
            if (!_servicesOn.TryGetValue(network, out var services))
                _servicesOn[network] = services = [];
            if (isThere)
                services.Add(id);
            else if (services.Remove(id) && services.Count == 0)
                _servicesOn.Remove(network);
        }
    }

    private bool IsWanted(Service service, ServiceReach reach) =>
        service.TaskSpec.PublishesIngress || reach.Networks.Any(_networks.ContainsKey);

    /// <summary>
    /// The node's own tasks are told until they ended, also when their service is gone: they still ask for names while they
    /// stop, and who is not known gets no answer.
    /// </summary>
    private void Settle(ClusterState view, NetworkUpdate message, TaskId id)
    {
        if (view.Tasks.TryGet(id, out var task) && task is { Addresses.Count: > 0, HoldsResources: true }
            && (_services.TryGetValue(task.ServiceId, out var service) || task.NodeId == node))
        {
            service?.Tasks.Add(id);
            var owner = view.Nodes.Get(task.NodeId);
            var serving = service is not null && IsServing(task, owner);
            var now = new ToldTask(task.ServiceId, serving, task.NodeId == node ? "" : owner?.DataAddress ?? "");
            if (_tasks.TryGetValue(id, out var before) && before == now)
                return;
            _tasks[id] = now;
            message.Tasks.Add(task.ToEndpoint(now.Serving, now.NodeAddress));
        }
        else
            Forget(message, id);
    }

    private void Forget(NetworkUpdate message, TaskId id)
    {
        if (!_tasks.Remove(id, out var told))
            return;
        message.RemovedTasks.Add(id.ToString());
        if (_services.TryGetValue(told.Service, out var service))
            service.Tasks.Remove(id);
    }

    /// <summary>It may be sent new connections: it runs, is not about to stop, and nobody has given its machine up.</summary>
    private static bool IsServing(TaskRecord task, Node? owner) =>
        task is { State: TaskState.Running, Status.Restarting: false, Desired: <= TaskState.Running } && owner is { State: not NodeState.Down };

    private void LookAtPublishers(ClusterState view)
    {
        foreach (var id in Publishers(view))
            _needs.Look(view, id);
    }

    private static HashSet<ServiceId> Publishers(ClusterState view) => [.. view.IngressPorts.Values];

    private NetworkUpdate NewMessage(ClusterState view) => new() { Epoch = epoch.ToWire(), Revision = view.Revision };

    private static bool IsEmpty(NetworkUpdate message) =>
        message.Networks.Count + message.RemovedNetworks.Count + message.Services.Count + message.RemovedServices.Count
            + message.Tasks.Count + message.RemovedTasks.Count + message.Peers.Count + message.RemovedPeers.Count == 0;

    private readonly record struct ToldTask(ServiceId Service, bool Serving, string NodeAddress);
}
