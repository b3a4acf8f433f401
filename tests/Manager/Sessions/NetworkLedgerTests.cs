using Orch.Contracts.Agent;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Manager.Sessions;
using CoreAddress = Orch.Core.Model.TaskAddress;
using CoreAttachment = Orch.Core.Model.Specs.NetworkAttachment;

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
    public void Packets_go_where_a_machine_wants_them_and_its_peers_hear_when_that_changes()
    {
        Serve(_front, _here);
        Join(_there, _front);
        Assert.Equal("192.0.2.2", Assert.Single(Told(_here)!.Peers).NodeAddress);

        Do(new NodeDescribed(_there, new() { DataPathAddress = "198.51.100.2" }, "192.0.2.2", default));
        var moved = Assert.Single(Told(_here)!.Peers);
        Assert.Equal((_there.ToString(), _front.ToString(), "198.51.100.2"), (moved.NodeId, moved.NetworkId, moved.NodeAddress));

        Do(new NodeRemoved(_there));
        Assert.Equal(_there.ToString(), Assert.Single(Told(_here)!.RemovedPeers).NodeId);
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
    public void A_node_that_gave_its_address_back_is_told_to_forget_the_network_and_gets_it_again_with_another()
    {
        Serve(_front, _here);
        Assert.Single(Told(_here)!.Networks);
        Do(new NodeNetworkRemoved(_here, _front, default));
        Assert.Equal([_front.ToString()], Told(_here)!.RemovedNetworks);
        Do(new NodeNetworkAdded(_here, _front, "10.128.1.77", default));
        Assert.Equal("10.128.1.77", Assert.Single(Told(_here)!.Networks).BridgeAddress);
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

    [Fact]
    public void While_the_carrying_network_changes_every_node_keeps_the_old_one_until_its_last_task_ended()
    {
        var (service, old) = Serve(_ingress, _here, [new() { TargetPort = 80, PublishedPort = 8080 }]);
        Join(_there, _ingress);
        Told(_there);

        Move(service, _back);
        Join(_there, _back);
        var update = Told(_there)!;
        Assert.Equal([_back.ToString()], update.Networks.Select(network => network.Id));
        Assert.Empty(update.RemovedNetworks);
        Assert.Equal([_back.ToString(), _ingress.ToString()], Assert.Single(update.Services).Networks.Select(on => on.NetworkId));

        End(old);
        update = Told(_there)!;
        Assert.Equal([_ingress.ToString()], update.RemovedNetworks);
        Assert.Equal([_back.ToString()], Assert.Single(update.Services).Networks.Select(on => on.NetworkId));
        Assert.Null(Told(_there));
    }

    [Fact]
    public void A_network_that_becomes_the_second_one_carries_until_the_last_task_without_the_first_ended()
    {
        var (service, old) = Serve(_back, _here, [new() { TargetPort = 80, PublishedPort = 8080 }]);
        Join(_there, _back);
        Told(_there);

        Move(service, _front, _back);
        Join(_there, _front);
        Assert.Empty(Told(_there)!.RemovedNetworks);
        End(old);
        Assert.Equal([_back.ToString()], Told(_there)!.RemovedNetworks);
    }

    [Fact]
    public void A_name_stays_on_a_network_that_its_service_leaves_until_its_last_task_there_ended()
    {
        var (service, old) = Serve(_front, _here);
        Serve(_front, _there);
        Told(_there);

        Move(service, _back);
        var networks = Assert.Single(Told(_there)!.Services).Networks;
        Assert.Equal([(_back.ToString(), false), (_front.ToString(), true)], networks.Select(on => (on.NetworkId, on.Vip == "")));
        Assert.Equal(["www"], networks[1].Aliases);

        End(old);
        Assert.Equal([service.ToString()], Told(_there)!.RemovedServices);
    }

    [Fact]
    public void A_task_whose_service_is_removed_is_told_to_its_own_node_until_it_ended()
    {
        var (service, task) = Serve(_front, _here);
        Serve(_front, _there);
        Do(new TaskResult(task, new() { State = TaskState.Running, At = default }, default));
        Told(_here);
        Told(_there);

        Do(new ServiceRemoved(service));
        Do(new TaskDesiredSet(task, TaskState.Remove, default));
        var own = Told(_here)!;
        Assert.Equal([service.ToString()], own.RemovedServices);
        Assert.Equal((0, 0), (own.RemovedTasks.Count, own.RemovedNetworks.Count));
        Assert.Equal((task.ToString(), false), (Assert.Single(own.Tasks).Id, own.Tasks[0].Serving));
        Assert.Equal([task.ToString()], Told(_there)!.RemovedTasks);
        var whole = new NetworkLedger(_here, new(1, 1)).Complete(_state.Snapshot());
        Assert.False(whole.Tasks.Single(one => one.Id == task.ToString()).Serving);
        Assert.Equal([_front.ToString()], whole.Networks.Select(on => on.Id));

        End(task);
        own = Told(_here)!;
        Assert.Contains(task.ToString(), own.RemovedTasks);
        Assert.Equal([_front.ToString()], own.RemovedNetworks);
    }

    [Fact]
    public void Tasks_of_one_batch_reach_a_session_together_with_where_their_service_is_reached()
    {
        var (service, first) = Serve(_front, _here);
        Told(_here);
        var second = Task(service, _there);

        Do(new TaskResult(first, new() { State = TaskState.Running, At = default }, default),
            new TaskResult(second, new() { State = TaskState.Running, At = default }, default));
        var touched = _sessions[_here].Outbox.Take().Touched;
        Assert.Equal([first, second], touched.Tasks.Order());
        Assert.Empty(touched.Services);
    }

    [Fact]
    public void The_sessions_that_know_a_service_are_looked_for_once_for_all_its_tasks_of_a_batch()
    {
        const int Tasks = 200;
        var (service, _) = Serve(_ingress, _here, [new() { TargetPort = 80, PublishedPort = 8080 }]);
        var changes = new Changes();
        for (var i = 0; i < Tasks; i++)
        {
            var (id, version) = (new TaskId(_revision + 1_000), _state.Services.Get(service)!.TaskSpec.Version);
            Fold.Apply(_state, new TaskCreated(
                id, service, 1, default, version, TaskState.Running, default, RestartHistory.None, default), ++_revision, changes);
            Fold.Apply(_state, new TaskAssigned(
                id, _here, default, null, [new CoreAddress(_ingress, $"10.128.0.{10 + i}")]), ++_revision, changes);
        }
        var (routes, view) = (new NetworkRoutes(), _state.Snapshot());
        routes.Begin(view);
        for (var i = 0; i < 500; i++)
            routes.Join(new SessionOutbox(new(1)));
        routes.Route(view, changes);

        // The outboxes have room for all of it now: what is left to allocate is the sets of sessions.
        var before = GC.GetAllocatedBytesForCurrentThread();
        routes.Route(view, changes);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 1_000_000);
    }

    private void Join(NodeId node, NetworkId network) =>
        Do(new NodeNetworkAdded(node, network, _state.AddressBooks.Get(network).Next!, default));

    private void End(TaskId task) => Do(new TaskResult(task, new() { State = TaskState.Shutdown, At = default }, default));

    /// <summary>The service is updated to these networks, with a virtual address in each.</summary>
    private void Move(ServiceId id, params NetworkId[] networks)
    {
        var service = _state.Services.Get(id)!;
        var spec = service.Spec with
        {
            TaskTemplate = service.Spec.TaskTemplate! with { Networks = [.. networks.Select(on => new CoreAttachment { Target = on.ToString() })] },
        };
        Do(new ServiceUpdated(id, spec, [.. service.Ports], NewVersion: true, null, default,
            [.. networks.Select(on => service.VirtualIps.FirstOrDefault(vip => vip.Network == on) ?? new(on, _state.AddressBooks.Get(on).Next!))]));
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
        return (service, Task(service, node));
    }

    private TaskId Task(ServiceId service, NodeId node)
    {
        var (task, spec) = (new TaskId(_revision + 100), _state.Services.Get(service)!.TaskSpec);
        Do(new TaskCreated(task, service, 1, default, spec.Version, TaskState.Running, default, RestartHistory.None, default));
        Do(new TaskAssigned(task, node, default, null,
            [.. _state.NetworksOf(spec).Select(network => new CoreAddress(network, _state.AddressBooks.Get(network).Next!))]));
        return task;
    }

    private void Do(params ClusterEvent[] events)
    {
        foreach (var e in events)
            Fold.Apply(_state, e, ++_revision, _changes);
        if (_sessions.Count == 0)
            return;
        var view = _state.Snapshot();
        _routes.Publish(view);
        foreach (var session in _sessions.Values)
        {
            foreach (var id in _changes.Tasks.Where(id => view.Tasks.Get(id)?.NodeId == session.Node))
                session.Outbox.Touch([id]);
            if (_changes.Nodes.Contains(session.Node))
                session.Outbox.TouchNode();
        }
        _routes.Route(view, _changes);
        _changes = new();
    }

    private NetworkUpdate? Told(NodeId node) => _sessions[node].Flush();
}
