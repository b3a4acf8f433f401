using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Tests.Manager.Sessions;

/// <summary>Random but possible histories of networks, services and tasks: every step gives the view after it and what it touched.</summary>
internal sealed class NetworkHistory
{
    private readonly Random _random;
    private readonly ClusterState _state = new();
    private readonly NodeId[] _nodes = [new(1), new(2), new(3)];
    private Changes _changes = new();
    private ulong _ids = 100;
    private ulong _revision;

    public NetworkHistory(int seed)
    {
        _random = new Random(seed);
        foreach (var node in _nodes)
        {
            Do(new NodeJoined(node, new(), $"node{node.Value}", $"192.0.2.{node.Value}", default));
            Do(new NodeStateSet(node, NodeState.Ready, null, default));
        }
        AddNetwork(isIngress: true);
        Take();
    }

    public ClusterState View { get; private set; } = new();

    public Changes Step()
    {
        switch (_random.Next(17))
        {
            case 0:
                AddNetwork(isIngress: false);
                break;
            case 1 when Any(_state.Networks.Values.Where(n => n.Spec.Ingress != true && _state.NetworkUsers.Get(n.Id).Count == 0)) is { } unused:
                Do(new NetworkRemoved(unused.Id));
                break;
            case 2 or 3:
                CreateService();
                break;
            case 4 when Any(_state.Services.Values) is { } service:
                UpdateService(service);
                break;
            case 5 when Any(_state.Services.Values) is { } service:
                Do(new ServiceRemoved(service.Id));
                break;
            case 6 or 7 when Any(_state.Services.Values) is { } service:
                CreateTask(service);
                break;
            case 8 or 9 or 10 when Any(_state.Tasks.Values.Where(task => !task.State.IsTerminal() && !task.NodeId.IsNone)) is { } task:
                Advance(task);
                break;
            case 11 when Any(_state.Tasks.Values) is { } task:
                Do(new TaskDesiredSet(task.Id, _random.Next(2) == 0 ? TaskState.Shutdown : TaskState.Remove, default));
                break;
            case 12 when Any(_state.Tasks.Values) is { } task:
                Do(new TaskRemoved(task.Id));
                break;
            case 13:
                ChangeNode(_state.Nodes.Get(_nodes[_random.Next(_nodes.Length)])!);
                break;
            case 14 when Any(_state.Services.Values.Where(service => _state.TasksOf(service.Id).TaskCount > 0)) is { } service:
                Move(service);
                break;
            case 15 when Any(_state.Services.Values.Where(service => _state.TasksOf(service.Id).TaskCount > 0)) is { } service:
                RemoveStack(service);
                break;
            case 16 when Any(_state.Tasks.Values.Where(task => task.NodeId.IsNone)) is { } task
                && _state.NetworksOf(task.Spec).All(_state.Networks.Contains):
                Assign(task.Id, task.Spec, _nodes[_random.Next(_nodes.Length)]);
                break;
        }
        return Take();
    }

    private Changes Take()
    {
        var changes = _changes;
        _changes = new Changes();
        View = _state.Snapshot();
        return changes;
    }

    private void AddNetwork(bool isIngress)
    {
        var id = new NetworkId(_ids++);
        Do(new NetworkCreated(id, new() { Name = $"n{id.Value}", Ingress = isIngress }, [new($"10.{_ids % 250}.{_ids / 250}.0/24", $"10.{_ids % 250}.{_ids / 250}.1")],
            (uint)_ids, default));
    }

    private void CreateService()
    {
        var id = new ServiceId(_ids++);
        var (spec, ports) = Spec(id, $"s{id.Value}");
        Do(new ServiceCreated(id, spec, ports, default, Vips(spec, ports, [])));
    }

    /// <summary>Other networks and ports, other labels, or only the progress of an update.</summary>
    private void UpdateService(Service service)
    {
        var (spec, ports) = Spec(service.Id, service.Spec.Name);
        if (_random.Next(3) == 0)
            Do(new ServiceUpdateProgressed(service.Id, new() { State = UpdateState.Updating, StartedAt = default, Message = "" }, default));
        else if (_random.Next(2) == 0)
            Do(new ServiceUpdated(service.Id, service.Spec with { Labels = new() { ["orch.affinity"] = $"{_random.Next(2)}" } }, [.. service.Ports],
                NewVersion: false, null, default, service.VirtualIps));
        else
            Do(new ServiceUpdated(service.Id, spec, ports, NewVersion: true, null, default, Vips(spec, ports, service.VirtualIps)));
    }

    /// <summary>The same ports on other networks, or on the same ones in another order; old tasks stay or are told to stop.</summary>
    private void Move(Service service)
    {
        var (template, networks) = (service.Spec.TaskTemplate!, Spec(service.Id, service.Spec.Name).Spec.TaskTemplate!.Networks!);
        if (_random.Next(2) == 0)
            networks.AddRange(template.Networks!.Where(on => _state.Networks.Contains(Ids.Parse<NetworkId>(on.Target!))));
        var spec = service.Spec with { TaskTemplate = template with { Networks = [.. networks.DistinctBy(on => on.Target)] } };
        Do(new ServiceUpdated(service.Id, spec, [.. service.Ports], NewVersion: true, null, default,
            Vips(spec, [.. service.Ports], service.VirtualIps)));
        if (_random.Next(3) == 0)
            Stop(service.Id);
    }

    /// <summary>In one go: the service, the stop of its tasks, and networks that nobody else is on.</summary>
    private void RemoveStack(Service service)
    {
        Do(new ServiceRemoved(service.Id));
        Stop(service.Id);
        foreach (var network in _state.NetworksOf(service).Where(id => id != _state.IngressNetwork && _state.NetworkUsers.Get(id).Count == 0))
            Do(new NetworkRemoved(network));
    }

    private void Stop(ServiceId service)
    {
        foreach (var id in _state.TasksOf(service).All.ToList())
            Do(new TaskDesiredSet(id, TaskState.Shutdown, default));
    }

    private (ServiceSpec Spec, List<PortConfig> Ports) Spec(ServiceId id, string name)
    {
        var networks = _state.Networks.Values.Where(network => network.Spec.Ingress != true).OrderBy(_ => _random.Next()).Take(_random.Next(3))
            .Select(network => new NetworkAttachment { Target = network.Id.ToString(), Aliases = [name] }).ToList();
        var publishes = _random.Next(3) == 0;
        List<PortConfig> ports = publishes ? [new() { TargetPort = 80, PublishedPort = (uint)_ids++ }] : [];
        return (new()
        {
            Name = name,
            TaskTemplate = new() { ContainerSpec = new() { Image = $"i{id.Value}" }, Networks = networks },
            EndpointSpec = new() { Mode = publishes || _random.Next(2) == 0 ? "vip" : "dnsrr", Ports = ports },
        }, ports);
    }

    private List<ServiceVip> Vips(ServiceSpec spec, List<PortConfig> ports, IReadOnlyList<ServiceVip> before)
    {
        if (spec.EndpointSpec!.Mode == "dnsrr")
            return [];
        var networks = spec.TaskTemplate!.Networks!.Select(network => Ids.Parse<NetworkId>(network.Target!)).ToList();
        if (networks.Count == 0 && ports.Count > 0)
            networks.Add(_state.IngressNetwork);
        return networks.ConvertAll(network => before.FirstOrDefault(vip => vip.Network == network)
            ?? new ServiceVip(network, _state.AddressBooks.Get(network).Next!));
    }

    private void CreateTask(Service service)
    {
        var (id, node) = (new TaskId(_ids++), _nodes[_random.Next(_nodes.Length)]);
        Do(new TaskCreated(id, service.Id, _ids, default, service.TaskSpec.Version, TaskState.Running, default, RestartHistory.None, default));
        if (_random.Next(4) > 0)
            Assign(id, service.TaskSpec, node);
    }

    private void Assign(TaskId id, TaskSpec spec, NodeId node)
    {
        var networks = _state.NetworksOf(spec);
        var late = _random.Next(2) == 0;
        if (!late)
            AddBridges(node, networks);
        Do(new TaskAssigned(id, node, default, null,
            [.. networks.Select(network => new TaskAddress(network, _state.AddressBooks.Get(network).Next!))]));
        if (late)
            AddBridges(node, networks);
        foreach (var other in spec.PublishesIngress && _random.Next(2) == 0 ? _nodes : [])
            AddBridges(other, networks);
    }

    private void AddBridges(NodeId node, IReadOnlyList<NetworkId> networks)
    {
        foreach (var network in networks.Where(network => !_state.NodeNetworks.Get(node).Contains(network)))
            Do(new NodeNetworkAdded(node, network, _state.AddressBooks.Get(network).Next!, default));
    }

    private void Advance(TaskRecord task)
    {
        var state = new[] { TaskState.Preparing, TaskState.Running, TaskState.Running, TaskState.Failed }[_random.Next(4)];
        var status = new ObservedStatus { State = state, At = default };
        Do(state == TaskState.Preparing ? new TaskProgress(task.Id, status) : new TaskResult(task.Id, status, default));
    }

    private void ChangeNode(Node node) => Do(_random.Next(3) == 0
        ? new NodeDescribed(node.Id, node.Description, $"192.0.2.{_random.Next(100)}", default)
        : new NodeStateSet(node.Id, node.State == NodeState.Down ? NodeState.Ready : NodeState.Down, null, default));

    private T? Any<T>(IEnumerable<T> items) where T : class => items.ToList() is { Count: > 0 } list ? list[_random.Next(list.Count)] : null;

    private void Do(ClusterEvent e) => Fold.Apply(_state, e, ++_revision, _changes);
}
