using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;
using Orch.Core.State;
using Orch.Tests.Core.Planning;
using Orch.Tests.Support;

namespace Orch.Tests.Core.Networking;

/// <summary>Networks of the cluster: what is asked for, what is given, what is never given twice.</summary>
public sealed class NetworkDecisionTests
{
    private readonly Rig _rig = new();

    private static NetworkSpec Spec(string name, params string[] subnets) => new()
    {
        Name = name,
        Driver = "overlay",
        IPAM = new() { Config = [.. subnets.Select(subnet => new SubnetSpec { Subnet = subnet })] },
    };

    private Network Create(NetworkSpec spec)
    {
        var id = Ids.Parse<NetworkId>(_rig.Ok(new CreateNetwork(spec)).Reply.CreatedId!);
        return _rig.State.Networks.Get(id)!;
    }

    private Refusal Refused(ClusterCommand command) => _rig.Do(command).Refusal ?? throw new InvalidOperationException("accepted");

    [Fact]
    public void A_network_without_a_subnet_gets_one_that_overlaps_no_other()
    {
        var given = Create(Spec("given", "10.128.16.0/21"));
        var networks = Enumerable.Range(1, 5).Select(i => Create(Spec($"n{i}"))).Append(given).ToList();
        var blocks = networks.SelectMany(network => network.Subnets).Select(subnet => subnet.Prefix).ToList();
        Assert.All(blocks, block => Assert.Single(blocks, block.Overlaps));
        Assert.Equal(networks.Count, networks.DistinctBy(network => network.Vni).Count());
        Assert.All(networks, network => Assert.True(
            IpAddr.TryParse(network.Subnets[0].Gateway, out var gateway) && network.Subnets[0].Prefix.Contains(gateway)));
    }

    [Fact]
    public void No_network_has_the_address_of_a_machine()
    {
        foreach (var (node, address) in _rig.Nodes.Zip(["10.128.16.200", "10.128.33.1", "192.168.7.9"]))
            _rig.Ok(new DescribeNode(node, _rig.State.Nodes.Get(node)!.Description, address));
        Assert.Equal(["10.128.48.0/20", "10.128.64.0/20"], new[] { "a", "b" }.Select(name => Create(Spec(name)).Subnets[0].Block));
        Assert.Equal("subnet 192.168.0.0/16 contains the address of node n3 (192.168.7.9): choose another",
            Refused(new CreateNetwork(Spec("c", "192.168.0.0/16"))).Message);
        Create(Spec("c", "192.168.8.0/24"));
    }

    [Fact]
    public void What_a_removed_network_had_can_be_had_again()
    {
        var first = Create(Spec("first", "10.1.0.0/24"));
        Assert.Equal(RefusalKind.Invalid, Refused(new CreateNetwork(Spec("second", "10.1.0.128/25"))).Kind);
        _rig.Ok(new RemoveNetwork("first"));
        Assert.Equal(first.Vni, Create(Spec("first", "10.1.0.0/24")).Vni);
    }

    [Fact]
    public void Who_has_a_subnet_is_said_also_of_a_network_that_is_in_no_list_any_more()
    {
        Create(Spec("first", "10.1.0.0/24"));
        var id = _rig.Create(Specs.Web(2) with
        {
            TaskTemplate = Specs.Web(2).TaskTemplate! with { Networks = [new() { Target = "first" }] },
        });
        _rig.Settle();
        const string overlap = "Pool overlaps with other one on this address space: 10.1.0.0/24 and 10.1.0.0/24";
        Assert.Equal($"{overlap}, which network first has", Refused(new CreateNetwork(Spec("other", "10.1.0.0/24"))).Message);

        _rig.Ok(new RemoveService(id.ToString()));
        _rig.Ok(new RemoveNetwork("first"));
        Assert.Equal($"{overlap}: network first was removed and is in use until its 2 tasks have stopped",
            Refused(new CreateNetwork(Spec("first", "10.1.0.0/24"))).Message);

        _rig.Pass(TimeSpan.FromMinutes(1));
        Create(Spec("first", "10.1.0.0/24"));
    }

    [Theory]
    [InlineData("a b", "overlay", "10.1.0.0/24", null, "name must be valid as a DNS name component")]
    [InlineData("x", "nosuch", "10.1.0.0/24", null, "plugin \"nosuch\" not found")]
    [InlineData("x", "overlay", "10.1.0.0/33", null, "Invalid subnet 10.1.0.0/33 : invalid CIDR address: 10.1.0.0/33")]
    [InlineData("x", "overlay", "10.1.0.0/30", null, "subnet 10.1.0.0/30: a network needs a block from /1 to /29")]
    [InlineData("x", "overlay", "10.1.0.0/24", "10.2.0.1", "gateway 10.2.0.1 is no address of subnet 10.1.0.0/24")]
    [InlineData("taken", "overlay", "10.1.0.0/24", null, "network with name taken already exists")]
    [InlineData("host", "overlay", "10.1.0.0/24", null, "network with name host already exists")]
    public void A_spec_that_cannot_be_carried_out_is_refused(string name, string driver, string subnet, string? gateway, string message)
    {
        Create(Spec("taken"));
        var spec = Spec(name) with { Driver = driver, IPAM = new() { Config = [new() { Subnet = subnet, Gateway = gateway }] } };
        Assert.Equal(message, Refused(new CreateNetwork(spec)).Message);
    }

    [Theory]
    [InlineData("bridge")]
    [InlineData(null)]
    public void A_network_of_one_machine_is_refused_with_what_to_do_instead(string? driver) =>
        Assert.Contains("or here with the driver overlay",
            Refused(new CreateNetwork(Spec("x") with { Driver = driver })).Message, StringComparison.Ordinal);

    [Fact]
    public void A_network_is_found_by_id_name_and_the_beginning_of_its_id()
    {
        var network = Create(Spec("front"));
        foreach (var reference in new[] { "front", network.Id.ToString(), network.Id.ToString()[..24] })
            Assert.Equal(network.Id, Lookup.Network(_rig.State, reference).Found?.Id);
        Assert.Equal("network fron not found", Lookup.Network(_rig.State, "fron").Refusal!.Message);
    }

    [Fact]
    public void A_snapshot_gives_networks_back()
    {
        Create(Spec("front", "10.1.0.0/24") with { Labels = new() { ["a"] = "b" } });
        Create(Spec("back"));
        var back = SnapshotCodec.Read(SnapshotCodec.Write(_rig.State));
        Assert.Equal(DurableState.Of(_rig.State), DurableState.Of(back));
        Assert.Equal(RefusalKind.AlreadyExists,
            Decide.For(back, new CreateNetwork(Spec("front")), new StepContext(default, () => 1)).Refusal?.Kind);
    }

    [Fact]
    public void A_name_that_the_log_gives_twice_is_damage()
    {
        var network = Create(Spec("front"));
        Assert.Throws<FoldException>(() => Fold.Apply(
            _rig.State, new NetworkCreated(new(99), network.Spec, network.Subnets, 1, default), 1_000_000, new Changes()));
    }
}
