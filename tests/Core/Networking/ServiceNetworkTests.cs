using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;
using Orch.Core.State;
using Orch.Tests.Core.Planning;
using Orch.Tests.Support;

namespace Orch.Tests.Core.Networking;

/// <summary>Services on networks: what they may ask for, the addresses they get, what carries their ports.</summary>
public sealed class ServiceNetworkTests
{
    private readonly Rig _rig = new();

    private NetworkId Network(string name, string? subnet = null) => Ids.Parse<NetworkId>(_rig.Ok(new CreateNetwork(new()
    {
        Name = name,
        Driver = "overlay",
        IPAM = subnet is null ? null : new() { Config = [new() { Subnet = subnet }] },
    })).Reply.CreatedId!);

    private static ServiceSpec On(ServiceSpec spec, params string[] networks) => spec with
    {
        TaskTemplate = spec.TaskTemplate! with { Networks = [.. networks.Select(name => new NetworkAttachment { Target = name })] },
    };

    private static ServiceSpec Publishing(ServiceSpec spec, uint port, string? mode = null) => spec with
    {
        EndpointSpec = new() { Ports = [new() { TargetPort = 80, PublishedPort = port, PublishMode = mode }] },
    };

    private static IEnumerable<NetworkId> Sorted(params NetworkId[] networks) => networks.Order();
    private Service Get(ServiceId id) => _rig.State.Services.Get(id)!;
    private Refusal Refused(ServiceSpec spec) => _rig.Do(new CreateService(spec)).Refusal ?? throw new InvalidOperationException("accepted");

    [Fact]
    public void A_service_gets_a_virtual_address_in_each_network_and_its_tasks_one_each()
    {
        var (front, back) = (Network("front", "10.1.0.0/24"), Network("back", "10.2.0.0/24"));
        var id = _rig.Create(On(Specs.Web(3), "front", back.ToString()));
        Assert.Equal(new ServiceVip[] { new(front, "10.1.0.2"), new(back, "10.2.0.2") }.OrderBy(vip => vip.Network), Get(id).VirtualIps);
        Assert.Equal(Sorted(front, back), _rig.State.NetworksOf(Get(id)));
        Assert.All(_rig.Alive(id), task => Assert.Equal(Sorted(front, back), task.Addresses.Select(at => at.Network)));
        Assert.All(_rig.Alive(id), task => Assert.Equal(2, _rig.State.NodeNetworks.Get(task.NodeId).Count));
        Assert.Null(AddressInvariants.Broken(_rig.State));
    }

    [Fact]
    public void Networks_that_lead_out_come_before_internal_ones_whatever_the_spec_says()
    {
        var networks = Enumerable.Range(0, 8).Select(i => Ids.Parse<NetworkId>(_rig.Ok(new CreateNetwork(new()
        {
            Name = $"n{i}",
            Driver = "overlay",
            Internal = i % 2 == 0,
        })).Reply.CreatedId!)).ToList();
        var id = _rig.Create(Publishing(On(Specs.Web(2), [.. networks.Select(network => network.ToString())]), 8080));
        var order = _rig.State.NetworksOf(Get(id));
        Assert.Equal([false, false, false, false, true, true, true, true],
            order.Select(network => _rig.State.Networks.Get(network)!.Spec.Internal == true));
        Assert.Equal(order.Select(network => $"orch-{network}").Order(StringComparer.Ordinal), order.Select(network => $"orch-{network}"));
        Assert.Equal(order, Get(id).VirtualIps.Select(vip => vip.Network));
        Assert.All(_rig.Alive(id), task => Assert.Equal(order, task.Addresses.Select(at => at.Network)));
        Assert.Equal(3, _rig.State.NetworkNodes.Get(order[0]).Count);
    }

    [Fact]
    public void An_update_keeps_the_virtual_address_of_networks_that_stay_and_rolls_the_tasks()
    {
        var (front, back) = (Network("front", "10.1.0.0/24"), Network("back", "10.2.0.0/24"));
        var id = _rig.Create(On(Specs.Web(2), "front"));
        _rig.Settle();
        var before = Get(id);
        _rig.Update(id, spec => On(spec, "back", "front"));
        Assert.Equal(new[] { new(back, "10.2.0.2"), before.VirtualIps[0] }.OrderBy(vip => vip.Network), Get(id).VirtualIps);
        Assert.NotEqual(before.TaskSpec.Version, Get(id).TaskSpec.Version);
        _rig.Pass(TimeSpan.FromMinutes(1));
        Assert.All(_rig.Alive(id), task => Assert.Equal(Sorted(back, front), task.Addresses.Select(at => at.Network)));
        _rig.Update(id, spec => On(spec, "back") with { EndpointSpec = new() { Mode = "dnsrr" } });
        Assert.Empty(Get(id).VirtualIps);
        _rig.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(0, _rig.State.AddressBooks.Get(front).Tasks);
        Assert.Null(AddressInvariants.Broken(_rig.State));
    }

    [Fact]
    public void The_order_of_networks_and_aliases_replaces_no_task_and_another_alias_does()
    {
        Network("front");
        Network("back");
        static ServiceSpec Aliased(ServiceSpec spec, params string[] aliases) => spec with
        {
            TaskTemplate = spec.TaskTemplate! with
            {
                Networks = spec.TaskTemplate.Networks!.ConvertAll(network => network with { Aliases = [.. aliases] }),
            },
        };
        var id = _rig.Create(Aliased(On(Specs.Web(), "front", "back"), "a", "b"));
        _rig.Settle();
        var task = _rig.Only(id).Id;
        _rig.Update(id, spec => Aliased(On(spec, "back", "front"), "b", "a"));
        _rig.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(task, _rig.Only(id).Id);
        _rig.Update(id, spec => Aliased(spec, "b", "c"));
        _rig.Pass(TimeSpan.FromMinutes(1));
        Assert.NotEqual(task, _rig.Only(id).Id);
    }

    [Fact]
    public void A_published_port_takes_every_node_to_the_network_that_carries_it_also_those_that_join()
    {
        var front = Network("front");
        _rig.Create(Publishing(On(Specs.Web(1), "front"), 8080));
        var bare = _rig.Create(Publishing(Specs.Web(1, "bare"), 8081));
        _rig.Join();
        var ingress = _rig.State.IngressNetwork;
        Assert.Equal([ingress], _rig.State.NetworksOf(Get(bare)));
        Assert.Equal("ingress", _rig.State.Networks.Get(ingress)!.Spec.Name);
        Assert.All(_rig.Nodes, node => Assert.True(_rig.State.NodeNetworks.Get(node) is var on && on.Contains(front) && on.Contains(ingress)));
        Assert.Equal(ingress, Assert.Single(_rig.Only(bare).Addresses).Network);
        Assert.Equal(4, _rig.State.NetworkNodes.Get(front).Count);
    }

    [Fact]
    public void A_cluster_of_an_older_log_gets_its_ingress_network_when_it_is_needed()
    {
        _rig.Ok(new RemoveNetwork("ingress"));
        Assert.True(_rig.State.IngressNetwork.IsNone);
        var id = _rig.Create(Publishing(Specs.Web(2), 8080));
        Assert.Equal(_rig.State.IngressNetwork, Get(id).VirtualIps.Single().Network);
        Assert.Equal($"ingress network cannot be removed because service {id} depends on it",
            _rig.Do(new RemoveNetwork("ingress")).Refusal?.Message);
        Assert.Null(AddressInvariants.BrokenAtRest(_rig.State));
    }

    [Fact]
    public void A_service_that_is_older_than_the_ingress_network_is_on_it_from_when_it_comes()
    {
        var changes = new Changes();
        var state = Older(changes);
        var (old, ingress) = (new ServiceId(1), new NetworkId(2));
        Assert.Equal([old], state.NetworkUsers.Get(ingress).Keys);
        Assert.Contains(old, changes.Services);
        Assert.Null(AddressInvariants.Broken(state));
        Assert.Equal(DurableState.Of(state), DurableState.Of(SnapshotCodec.Read(SnapshotCodec.Write(state))));
        Assert.Equal($"ingress network cannot be removed because service {old} depends on it",
            Decide.For(state, new RemoveNetwork("ingress"), new StepContext(default, () => 9)).Refusal?.Message);

        // Its next update gives it an address there, which the network then cannot take away either.
        var service = state.Services.Get(old)!;
        var update = Decide.For(state, new UpdateService(old.ToString(), service.Version, service.Spec with { Labels = new() { ["a"] = "b" } }, false),
            new StepContext(default, () => 9));
        foreach (var e in update.Events)
            Fold.Apply(state, e, state.Revision + 1, changes);
        Assert.Equal(ingress, Assert.Single(state.Services.Get(old)!.VirtualIps).Network);
        Assert.Equal(RefusalKind.FailedPrecondition,
            Decide.For(state, new RemoveNetwork("ingress"), new StepContext(default, () => 9)).Refusal?.Kind);
        Assert.Equal(DurableState.Of(state), DurableState.Of(SnapshotCodec.Read(SnapshotCodec.Write(state))));
    }

    [Fact]
    public void A_snapshot_that_has_its_services_before_the_networks_gives_the_same_users()
    {
        var state = Older(new());
        var items = SnapshotCodec.Write(state).ToList();
        var moved = SnapshotCodec.Read(items.Where(item => item.Kind != 10).Concat(items.Where(item => item.Kind == 10)));
        Assert.Equal(DurableState.Of(state), DurableState.Of(moved));
    }

    /// <summary>The log of a cluster that published a port before there was an ingress network.</summary>
    private static ClusterState Older(Changes changes)
    {
        var state = new ClusterState();
        List<PortConfig> ports = [new() { TargetPort = 80, PublishedPort = 8080 }];
        var spec = Specs.Web() with { EndpointSpec = new() { Ports = ports } };
        Fold.Apply(state, new ClusterCreated(new(7), default), 1, new());
        Fold.Apply(state, new ServiceCreated(new(1), spec, ports, default), 2, new());
        Fold.Apply(state, new NetworkCreated(new(2), new() { Name = "ingress", Driver = "overlay", Ingress = true },
            [new("10.128.0.0/20", "10.128.0.1")], Orch.Core.Model.Network.FirstVni, default), 3, changes);
        return state;
    }

    [Fact]
    public void A_network_that_runs_dry_says_so_on_the_task_which_runs_when_an_address_is_given_back()
    {
        var front = Network("front", "10.1.0.0/29");
        var first = _rig.Create(On(Specs.Web(1, "first").Constrained("node.hostname==n1"), "front"));
        var id = _rig.Create(On(Specs.Web(2).Constrained("node.hostname==n1"), "front"));
        _rig.Settle();
        var waiting = Assert.Single(_rig.Alive(id), task => task.NodeId.IsNone);
        Assert.Equal("no address left in network front (10.1.0.0/29: 5 of 5 used): remove tasks or create a larger network",
            waiting.Status.Error);
        Assert.Equal("no address left in network front (10.1.0.0/29: 5 of 5 used): remove tasks or create a larger network",
            Refused(On(Specs.Web(1, "more"), "front")).Message);
        var steps = _rig.Steps;
        _rig.Run();
        Assert.Equal(steps, _rig.Steps);
        _rig.Ok(new RemoveService(first.ToString()));
        _rig.Settle();
        Assert.All(_rig.Alive(id), task => Assert.Equal(TaskState.Running, task.State));
        Assert.Equal(5u, _rig.State.AddressBooks.Get(front).Capacity);
    }

    [Fact]
    public void A_removed_network_goes_on_until_the_last_task_that_was_told_to_stop_is_off_it()
    {
        var front = Network("front", "10.1.0.0/24");
        var id = _rig.Create(On(Specs.Web(2), "front"));
        _rig.Settle();
        Assert.Equal($"network {front} is in use by service {id}", _rig.Do(new RemoveNetwork("front")).Refusal?.Message);
        _rig.Ok(new RemoveService(id.ToString()));
        _rig.Ok(new RemoveNetwork("front"));
        Assert.False(_rig.State.Networks.Contains(front));
        Assert.Equal("front", _rig.State.NetworkOf(front)?.Spec.Name);
        Assert.Equal(RefusalKind.Invalid, _rig.Do(new CreateNetwork(new()
        {
            Name = "again",
            Driver = "overlay",
            IPAM = new() { Config = [new() { Subnet = "10.1.0.0/24" }] },
        })).Refusal?.Kind);
        _rig.TakeOver();
        _rig.Nodes.ForEach(node => _rig.Set(node, NodeState.Ready));
        _rig.Settle();
        Assert.Null(_rig.State.NetworkOf(front));
        Assert.Equal(0, _rig.State.NodeNetworks.Count);
        Network("again", "10.1.0.0/24");
    }

    [Fact]
    public void A_network_is_in_use_by_a_task_that_its_service_has_not_replaced_yet()
    {
        var front = Network("front");
        var id = _rig.Create(On(Specs.Web(1), "front"));
        _rig.Settle();
        _rig.Update(id, spec => spec with { TaskTemplate = spec.TaskTemplate! with { Networks = null } });
        var old = Assert.Single(_rig.Tasks(id), task => task.Addresses.Count > 0);
        if (old.IsAlive)
            Assert.Equal($"network {front} is in use by task {old.Id}", _rig.Do(new RemoveNetwork("front")).Refusal?.Message);
        _rig.Pass(TimeSpan.FromMinutes(1));
        _rig.Ok(new RemoveNetwork("front"));
    }

    [Fact]
    public void Addresses_leave_with_the_node_that_is_removed()
    {
        var front = Network("front");
        var id = _rig.Create(On(Specs.Everywhere(), "front"));
        _rig.Settle();
        var used = _rig.State.AddressBooks.Get(front).Used;
        _rig.Set(_rig.Nodes[0], NodeState.Down);
        _rig.Ok(new RemoveNode(_rig.Nodes[0].ToString(), true));
        _rig.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(used - 2, _rig.State.AddressBooks.Get(front).Used);
        Assert.Equal(2, _rig.Alive(id).Count);
        Assert.Null(AddressInvariants.Broken(_rig.State));
    }

    [Fact]
    public void What_networks_cannot_do_is_refused_in_words()
    {
        Network("front");
        var spec = Specs.Web();
        Assert.Equal("network nosuch not found", Refused(On(spec, "nosuch")).Message);
        Assert.Equal("service is already attached to network front", Refused(On(spec, "front", "front")).Message);
        Assert.Equal("Service cannot be explicitly attached to the ingress network \"ingress\"", Refused(On(spec, "ingress")).Message);
        Assert.Equal("network host cannot be combined with other networks", Refused(On(spec, "front", "host")).Message);
        Assert.StartsWith("EndpointSpec: port published with ingress mode can't be used with network host",
            Refused(Publishing(On(spec, "host"), 80)).Message, StringComparison.Ordinal);
        Assert.StartsWith("EndpointSpec: port published with ingress mode can't be used with network none",
            Refused(Publishing(On(spec, "none"), 80)).Message, StringComparison.Ordinal);
        Assert.Equal("EndpointSpec: port published with ingress mode can't be used with dnsrr mode",
            Refused(spec with { EndpointSpec = new() { Mode = "dnsrr", Ports = [new() { TargetPort = 80 }] } }).Message);
        foreach (var engines in new[] { "host", "none", "bridge" })
            Assert.Empty(Get(_rig.Create(On(Specs.Web(1, engines), engines))).VirtualIps);
    }

    [Fact]
    public void Ports_of_every_node_and_ports_of_some_nodes_keep_out_of_each_others_way()
    {
        var host = _rig.Create(Publishing(Specs.Web(1, "host"), 8080, "host"));
        _rig.Create(Publishing(Specs.Web(1, "host2"), 8080, "host"));
        Assert.Matches("^port '8080' is already in use by service 'host2?' \\(.{25}\\) as a host-published port$",
            Refused(Publishing(Specs.Web(), 8080)).Message);
        var ingress = _rig.Create(Publishing(Specs.Web(), 8081));
        Assert.Equal($"port '8081' is already in use by service 'web' ({ingress}) as an ingress port",
            Refused(Publishing(Specs.Web(1, "more"), 8081, "host")).Message);
        var udp = Publishing(Specs.Web(1, "udp"), 8081);
        _rig.Create(udp with { EndpointSpec = new() { Ports = [udp.EndpointSpec!.Ports![0] with { Protocol = "udp" }] } });
        _rig.Update(host, spec => Publishing(spec, 8082));
        Assert.True(_rig.State.IngressPorts.Contains(new(PortProtocol.Tcp, 8082)));
    }

    [Fact]
    public void A_port_that_is_left_open_gets_none_that_the_spec_names_after_it_or_somebody_has_in_host_mode()
    {
        _rig.Create(Publishing(Specs.Web(1, "host"), 30000, "host"));
        var spec = Specs.Web() with
        {
            EndpointSpec = new() { Ports = [new() { TargetPort = 80 }, new() { TargetPort = 81, PublishedPort = 30001 }] },
        };
        var id = _rig.Create(spec);
        Assert.Equal([30002u, 30001u], Get(id).Ports.Select(port => port.PublishedPort));
        _rig.Update(id, old => old with { Labels = new() { ["a"] = "b" } });
        Assert.Equal([30002u, 30001u], Get(id).Ports.Select(port => port.PublishedPort));
    }

    [Theory]
    [InlineData("orch.affinity", "client", null)]
    [InlineData("orch.affinity", "server", "label orch.affinity: 'server' is neither client nor none")]
    [InlineData("orch.port.8080.address", "10.0.0.7", null)]
    [InlineData("orch.port.8080.address", "10.0.0", "label orch.port.8080.address: '10.0.0' is not an IPv4 address")]
    [InlineData("orch.port.80.address", "10.0.0.7",
        "label orch.port.80.address: the service publishes no port 80 on every node (mode ingress)")]
    [InlineData("orch.prefer", "local", null)]
    [InlineData("orch.prefer", "near", "label orch.prefer: 'near' is neither local nor none")]
    [InlineData("orch.client-address", "keep", null)]
    [InlineData("orch.client-address", "lose", "label orch.client-address: 'lose' is neither keep nor none")]
    [InlineData("orch.port.8080.client-address", "keep", null)]
    [InlineData("orch.port.8080.client-address", "10.0.0.7", "label orch.port.8080.client-address: '10.0.0.7' is neither keep nor none")]
    [InlineData("orch.port.80.client-address", "keep",
        "label orch.port.80.client-address: the service publishes no port 80 on every node (mode ingress)")]
    [InlineData("orch.port.http.address", "10.0.0.7",
        "label orch.port.http.address is neither of the form orch.port.PUBLISHED.address nor orch.port.PUBLISHED.client-address")]
    [InlineData("orch.port.8080", "10.0.0.7", "label orch.port.8080 is neither of the form orch.port.PUBLISHED.address nor orch.port.PUBLISHED.client-address")]
    public void Labels_about_traffic_are_read_or_refused(string label, string value, string? problem)
    {
        var spec = Publishing(Specs.Web(), 8080) with { Labels = new() { [label] = value } };
        Assert.Equal(problem, _rig.Do(new CreateService(spec)).Refusal?.Message);
        Assert.Equal(value == "client", TrafficLabels.HasClientAffinity(spec));
        Assert.Equal(value == "local", TrafficLabels.PrefersLocal(spec));
        Assert.Equal(value == "keep" && problem is null, TrafficLabels.KeepsClient(spec, 8080));
        Assert.Equal(value == "10.0.0.7" && problem is null ? "10.0.0.7" : null, TrafficLabels.AddressOf(spec, 8080)?.ToString());
    }

    [Theory]
    [InlineData("keep", "none", false)]
    [InlineData("none", "keep", true)]
    [InlineData("keep", null, true)]
    public void What_one_port_says_of_the_client_s_address_goes_before_what_the_service_says(string service, string? port, bool keeps)
    {
        var labels = new Dictionary<string, string> { ["orch.client-address"] = service };
        if (port is not null)
            labels["orch.port.8080.client-address"] = port;

        Assert.Equal(keeps, TrafficLabels.KeepsClient(Publishing(Specs.Web(), 8080) with { Labels = labels }, 8080));
    }

    [Fact]
    public void Tasks_without_networks_are_assigned_as_before()
    {
        var id = _rig.Create(Specs.Web(3));
        Assert.All(_rig.Alive(id), task => Assert.Empty(task.Addresses));
        Assert.All(_rig.Events.OfType<TaskAssigned>(), e => Assert.Null(e.Addresses));
        Assert.Equal(0, _rig.State.NodeNetworks.Count);
    }
}
