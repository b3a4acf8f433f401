using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Tests.Core.Planning;
using Orch.Tests.Support;

namespace Orch.Tests.Core.Networking;

/// <summary>Networks with fewer addresses than are asked for: tasks come first, and machines give back what they do not need.</summary>
public sealed class ShortNetworkTests
{
    private readonly Rig _rig = new();
    private readonly NetworkId _front;

    /// <summary>Five addresses to give.</summary>
    public ShortNetworkTests() => _front = Ids.Parse<NetworkId>(_rig.Ok(new CreateNetwork(new()
    {
        Name = "front",
        Driver = "overlay",
        IPAM = new() { Config = [new() { Subnet = "10.1.0.0/29" }] },
    })).Reply.CreatedId!);

    private static ServiceSpec On(string node, string name, ulong replicas, bool publishes = false)
    {
        var spec = Specs.Web(replicas, name).Constrained($"node.hostname=={node}");
        return spec with
        {
            TaskTemplate = spec.TaskTemplate! with { Networks = [new() { Target = "front" }] },
            EndpointSpec = publishes ? new() { Ports = [new() { TargetPort = 80, PublishedPort = 8080 }] } : new() { Mode = "dnsrr" },
        };
    }

    private bool IsOn(int node) => _rig.State.NodeNetworks.Get(_rig.Nodes[node]).Contains(_front);
    private int Placed(ServiceId id) => _rig.Alive(id).Count(task => !task.NodeId.IsNone);

    [Fact]
    public void Tasks_get_addresses_before_machines_that_only_publish()
    {
        var id = _rig.Create(On("n1", "web", 3, publishes: true));
        Assert.Equal(3, Placed(id));
        Assert.Equal([true, false, false], [IsOn(0), IsOn(1), IsOn(2)]);
        _rig.Settle();
        _rig.Update(id, spec => spec.Scaled(2));
        _rig.Pass(TimeSpan.FromMinutes(1));
        Assert.NotEqual(IsOn(1), IsOn(2));
        Assert.Null(AddressInvariants.BrokenAtRest(_rig.State));
    }

    [Fact]
    public void A_machine_leaves_an_address_to_a_task_that_waits_and_takes_it_when_that_waits_no_more()
    {
        var web = _rig.Create(On("n1", "web", 3, publishes: true));
        var other = _rig.Create(On("n2", "other", 1));
        _rig.Settle();
        _rig.Update(web, spec => spec.Scaled(2));
        _rig.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal((0, 1u, false), (Placed(other), _rig.State.AddressBooks.Get(_front).Free, IsOn(1) || IsOn(2)));
        _rig.Ok(new RemoveService(other.ToString()));
        _rig.Pass(TimeSpan.FromMinutes(1));
        Assert.True(IsOn(1) || IsOn(2));
        Assert.Null(AddressInvariants.BrokenAtRest(_rig.State));
    }

    [Fact]
    public void A_machine_without_a_task_gives_its_address_back_when_the_network_is_short_and_not_before()
    {
        var first = _rig.Create(On("n1", "first", 1));
        _rig.Settle();
        _rig.Ok(new RemoveService(first.ToString()));
        _rig.Settle();
        Assert.True(IsOn(0));
        var second = _rig.Create(On("n2", "second", 1));
        Assert.True(IsOn(0));
        Assert.Empty(_rig.Events.OfType<NodeNetworkRemoved>());
        _rig.Update(second, spec => spec.Scaled(4));
        Assert.Equal((4, false), (Placed(second), IsOn(0)));
        Assert.Equal((_rig.Nodes[0], _front), _rig.Events.OfType<NodeNetworkRemoved>().Select(e => (e.Node, e.Network)).Single());
        Assert.Null(AddressInvariants.Broken(_rig.State));
        Assert.Null(AddressInvariants.BrokenAtRest(_rig.State));
    }

    [Fact]
    public void Machines_that_published_give_their_addresses_back_when_nothing_is_published_any_more()
    {
        var web = _rig.Create(On("n1", "web", 1, publishes: true));
        var other = _rig.Create(On("n1", "other", 2));
        _rig.Settle();
        Assert.Equal(0, Placed(other));
        Assert.True(IsOn(1) && IsOn(2));
        _rig.Update(web, spec => spec with { EndpointSpec = new() });
        _rig.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal((2, false, false), (Placed(other), IsOn(1), IsOn(2)));
        Assert.Null(AddressInvariants.BrokenAtRest(_rig.State));
    }

    [Fact]
    public void A_new_leader_finds_idle_machines_of_a_short_network()
    {
        var first = _rig.Create(On("n1", "first", 1));
        _rig.Settle();
        _rig.Ok(new RemoveService(first.ToString()));
        _rig.Settle();
        var second = _rig.Create(On("n2", "second", 1));
        _rig.Settle();
        _rig.TakeOver();
        _rig.Nodes.ForEach(node => _rig.Set(node, NodeState.Ready));
        _rig.Update(second, spec => spec.Scaled(4));
        Assert.Equal((4, false), (Placed(second), IsOn(0)));
    }

    [Fact]
    public void Of_many_tasks_those_are_placed_that_there_are_addresses_for_and_the_others_say_what_they_wait_for()
    {
        var id = _rig.Create(On("n1", "many", 500));
        Assert.Equal(4, Placed(id));
        Assert.All(_rig.Alive(id).Where(task => task.NodeId.IsNone), task => Assert.Equal(
            "no address left in network front (10.1.0.0/29: 5 of 5 used): remove tasks or create a larger network", task.Status.Error));
        _rig.Settle();
        _rig.Report(_rig.Alive(id).First(task => !task.NodeId.IsNone), TaskState.Failed, 1);
        _rig.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(4, Placed(id));
        Assert.Null(AddressInvariants.BrokenAtRest(_rig.State));
    }
}
