using Orch.Contracts.Agent;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Manager.Sessions;
using CoreAddress = Orch.Core.Model.TaskAddress;

namespace Orch.Tests.Manager.Sessions;

/// <summary>What agents are told of networks, and which of them.</summary>
public sealed class NetworkLedgerTests
{
    private static readonly NodeId _here = new(1);
    private static readonly NodeId _there = new(2);
    private static readonly NetworkId _ingress = new(10);
    private static readonly NetworkId _front = new(11);
    private static readonly NetworkId _back = new(12);
    private readonly ClusterState _state = new();
    private readonly NetworkRoutes _routes = new();
    private readonly Dictionary<NodeId, NetworkSession> _sessions = [];
    private Changes _changes = new();
    private ulong _revision;

    public NetworkLedgerTests()
    {
        foreach (var (node, address) in new[] { (_here, "192.0.2.1"), (_there, "192.0.2.2") })
        {
            Do(new NodeJoined(node, new(), $"node{node.Value}", address, default));
            Do(new NodeStateSet(node, NodeState.Ready, null, default));
        }
        foreach (var (network, name, vni) in new[] { (_ingress, "ingress", 4097u), (_front, "front", 4098u), (_back, "back", 4099u) })
            Do(new NetworkCreated(network, new() { Name = name, Ingress = name == "ingress", Options = new() { ["mtu"] = "1400" } },
                [new($"10.128.{vni - 4097}.0/24", $"10.128.{vni - 4097}.1")], vni, default));
        _routes.Begin(_state.Snapshot());
        _changes = new();
        foreach (var node in new[] { _here, _there })
            _sessions[node] = new NetworkSession(node, _routes);
    }

    [Fact]
    public void A_node_that_runs_a_task_is_told_its_network_service_and_tasks_and_another_is_not()
    {
        var (service, task) = Serve(_front, _here, labels: new() { ["com.docker.stack.namespace"] = "shop", ["orch.affinity"] = "client" });

        var update = Told(_here)!;
        var network = Assert.Single(update.Networks);
        Assert.Equal((_front.ToString(), "front", 4098u, "10.128.1.3", false), (network.Id, network.Name, network.Vni, network.BridgeAddress, network.Ingress));
        Assert.Equal(("10.128.1.0/24", "10.128.1.1", "1400"), (network.Subnets[0].Block, network.Subnets[0].Gateway, network.Options["mtu"]));
        var endpoint = Assert.Single(update.Services);
        Assert.Equal((service.ToString(), "web", "shop", true), (endpoint.Id, endpoint.Name, endpoint.Stack, endpoint.Affinity));
        Assert.Equal((_front.ToString(), "10.128.1.2", "www"), (endpoint.Networks[0].NetworkId, endpoint.Networks[0].Vip, endpoint.Networks[0].Aliases[0]));
        var of = Assert.Single(update.Tasks);
        Assert.Equal((task.ToString(), "10.128.1.4", false, ""), (of.Id, of.Addresses[0].Address, of.Serving, of.NodeAddress));
        Assert.Null(Told(_there));
    }

    [Fact]
    public void A_task_serves_from_running_until_it_is_to_stop()
    {
        var (_, task) = Serve(_front, _here);
        Told(_here);

        Do(new TaskResult(task, new() { State = TaskState.Running, At = default }, default));
        Assert.True(Assert.Single(Told(_here)!.Tasks).Serving);
        Do(new TaskDesiredSet(task, TaskState.Shutdown, default));
        Assert.False(Assert.Single(Told(_here)!.Tasks).Serving);
        Do(new TaskResult(task, new() { State = TaskState.Shutdown, At = default }, default));
        var last = Told(_here)!;
        Assert.Equal([task.ToString()], last.RemovedTasks);
        Assert.Equal([_front.ToString()], last.RemovedNetworks);
    }

    [Fact]
    public void A_task_that_its_node_starts_again_does_not_serve_until_it_is_up()
    {
        var (_, task) = Serve(_front, _here);
        Do(new TaskResult(task, new() { State = TaskState.Running, At = default }, default));
        Assert.True(Assert.Single(Told(_here)!.Tasks).Serving);
        Do(new TaskProgress(task, new() { State = TaskState.Running, At = default, Restarting = true }));
        Assert.False(Assert.Single(Told(_here)!.Tasks).Serving);
        Do(new TaskProgress(task, new() { State = TaskState.Running, At = default }));
        Assert.True(Assert.Single(Told(_here)!.Tasks).Serving);
    }

    [Fact]
    public void Tasks_of_a_node_that_is_down_do_not_serve_and_its_address_is_told()
    {
        Serve(_front, _here);
        var (_, task) = Serve(_front, _there);
        Do(new TaskResult(task, new() { State = TaskState.Running, At = default }, default));
        var told = Told(_here)!.Tasks.Single(one => one.Id == task.ToString());
        Assert.Equal((true, "192.0.2.2"), (told.Serving, told.NodeAddress));

        Do(new NodeStateSet(_there, NodeState.Down, "heartbeat failure", default));
        Assert.False(Assert.Single(Told(_here)!.Tasks).Serving);
    }

    [Fact]
    public void What_is_published_on_every_node_is_told_to_every_node_with_its_port()
    {
        var (service, _) = Serve(_ingress, _here, [new() { Name = "http", TargetPort = 80, PublishedPort = 8080 }],
            new() { ["orch.port.8080.address"] = "192.0.2.1" });
        Do(new NodeNetworkAdded(_there, _ingress, _state.AddressBooks.Get(_ingress).Next!, default));

        foreach (var update in new[] { Told(_here)!, Told(_there)! })
        {
            Assert.True(Assert.Single(update.Networks).Ingress);
            var port = Assert.Single(Assert.Single(update.Services).Ports);
            Assert.Equal(("http", "tcp", 80u, 8080u, true, "192.0.2.1"),
                (port.Name, port.Protocol, port.TargetPort, port.PublishedPort, port.Ingress, port.HostAddress));
            Assert.Single(update.Tasks);
        }
        Do(new ServiceRemoved(service));
        Assert.Equal([service.ToString()], Told(_there)!.RemovedServices);
    }

    [Fact]
    public void A_change_reaches_only_those_whose_node_has_the_network()
    {
        Serve(_front, _here);
        Serve(_back, _there);
        Told(_here);
        Told(_there);

        Serve(_back, _there);
        Assert.True(_sessions[_here].Outbox.Take().Touched.IsEmpty);
        Assert.NotNull(Told(_there));
    }

    [Fact]
    public void How_an_update_goes_is_told_to_nobody()
    {
        var (service, _) = Serve(_front, _here);
        Told(_here);
        Do(new ServiceUpdateProgressed(service, new() { State = UpdateState.Updating, StartedAt = default, Message = "" }, default));
        Assert.True(_sessions[_here].Outbox.Take().Touched.IsEmpty);
    }

    [Fact]
    public void A_task_carries_its_addresses()
    {
        var (_, task) = Serve(_front, _here);
        var assigned = Assert.Single(new AssignmentLedger(_here, new(1, 1)).Complete(_state).Tasks);
        Assert.Equal((task.ToString(), _front.ToString(), "10.128.1.4"), (assigned.TaskId, assigned.Addresses[0].NetworkId, assigned.Addresses[0].Address));
    }

    /// <summary>A service with a virtual address on the network, and a task of it.</summary>
    private (ServiceId, TaskId) Serve(NetworkId network, NodeId node, List<PortConfig>? ports = null, Dictionary<string, string>? labels = null)
    {
        var service = new ServiceId(_revision + 100);
        var spec = new ServiceSpec
        {
            Name = _state.Services.Count == 0 ? "web" : $"web{_revision}",
            Labels = labels,
            TaskTemplate = new()
            {
                ContainerSpec = new() { Image = "i" },
                Networks = network == _ingress ? null : [new() { Target = network.ToString(), Aliases = ["www"] }],
            },
            EndpointSpec = new() { Ports = ports },
        };
        Do(new ServiceCreated(service, spec, ports ?? [], default, [new(network, _state.AddressBooks.Get(network).Next!)]));
        if (!_state.NodeNetworks.Get(node).Contains(network))
            Do(new NodeNetworkAdded(node, network, _state.AddressBooks.Get(network).Next!, default));
        var task = new TaskId(_revision + 100);
        var version = _state.Services.Get(service)!.TaskSpec.Version;
        Do(new TaskCreated(task, service, 1, default, version, TaskState.Running, default, RestartHistory.None, default));
        Do(new TaskAssigned(task, node, default, null, [new CoreAddress(network, _state.AddressBooks.Get(network).Next!)]));
        return (service, task);
    }

    private void Do(ClusterEvent e)
    {
        Fold.Apply(_state, e, ++_revision, _changes);
        if (_sessions.Count == 0)
            return;
        var view = _state.Snapshot();
        _routes.Publish(view);
        foreach (var session in _sessions.Values)
        {
            foreach (var id in _changes.Tasks.Where(id => view.Tasks.Get(id)?.NodeId == session.Node))
                session.Outbox.Touch(id);
            if (_changes.Nodes.Contains(session.Node))
                session.Outbox.TouchNode();
        }
        _routes.Route(view, _changes);
        _changes = new();
    }

    private NetworkUpdate? Told(NodeId node) => _sessions[node].Flush();
}
