using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Core.Writing;

namespace Orch.Tests.Core.Networking;

/// <summary>What a cluster was told at init of the addresses of its networks.</summary>
public sealed class AddressPoolSettingTests
{
    private static (ClusterState State, Decision Decision) Founded(ClusterSettings settings, string? address = null)
    {
        var writer = new ClusterWriter(new ClusterState());
        var ids = (UInt128)1;
        writer.Enqueue(new object(), new CreateCluster(new(7), settings, address));
        writer.Enqueue(new object(), new CreateNetwork(new() { Name = "front", Driver = "overlay" }));
        var batch = writer.Step(new StepContext(default, () => ++ids))!;
        return (batch.View, batch.Answers[0].Decision);
    }

    [Fact]
    public void Subnets_are_cut_from_the_blocks_that_were_given()
    {
        var (state, _) = Founded(new() { DefaultAddrPool = ["10.20.0.0/16", "10.30.0.0/16"], SubnetSize = 16 });
        Assert.Equal(["10.20.0.0/16", "10.30.0.0/16"],
            state.Networks.Values.OrderBy(network => network.Vni).Select(network => network.Subnets[0].Block));
        Assert.Equal(Network.FirstVni, state.Networks.Get(state.IngressNetwork)!.Vni);
    }

    [Fact]
    public void No_subnet_is_cut_from_the_network_of_the_machine_that_founds_the_cluster()
    {
        var (state, _) = Founded(new(), "10.128.0.7");
        Assert.Equal(["10.128.16.0/20", "10.128.32.0/20"],
            state.Networks.Values.OrderBy(network => network.Vni).Select(network => network.Subnets[0].Block).Order());
        Assert.Equal("the address pool has no subnet left, beside blocks that machines have their own addresses in: "
            + "give one (--subnet), add a pool (orch pool add) or remove a network",
            Founded(new() { DefaultAddrPool = ["10.20.0.0/16"], SubnetSize = 16 }, "10.20.0.7").Decision.Refusal?.Message);
    }

    [Fact]
    public void An_update_of_the_cluster_leaves_them_as_they_are()
    {
        var (state, _) = Founded(new() { DefaultAddrPool = ["10.20.0.0/16"], SubnetSize = 24 });
        var update = Decide.For(state, new UpdateCluster(state.Cluster!.Version, new() { TaskHistoryLimit = 7 }), new(default, () => 9));
        var set = Assert.IsType<Orch.Core.Events.ClusterSettingsSet>(Assert.Single(update.Events));
        Assert.Equal((7, 24, "10.20.0.0/16"), (set.Settings.TaskHistoryLimit, set.Settings.SubnetLength, set.Settings.DefaultAddrPool![0]));
    }

    [Fact]
    public void Pools_that_are_added_are_cut_from_when_those_before_have_nothing_left()
    {
        var (state, _) = Founded(new() { DefaultAddrPool = ["10.20.0.0/15"], SubnetSize = 16 });
        var settings = state.Cluster!.Settings;
        Assert.Equal((2UL, 0UL), PoolUse.Of(state, settings, settings.AddressPools[0]));
        var writer = new ClusterWriter(state);
        var ids = (UInt128)100;
        writer.Enqueue(new object(), new CreateNetwork(new() { Name = "more", Driver = "overlay" }));
        writer.Enqueue(new object(), new AddAddressPools(["10.40.0.0/14"]));
        writer.Enqueue(new object(), new CreateNetwork(new() { Name = "more", Driver = "overlay" }));
        writer.Enqueue(new object(), new CreateNetwork(new() { Name = "own", Driver = "overlay", IPAM = new() { Config = [new() { Subnet = "10.43.7.0/24" }] } }));
        var batch = writer.Step(new StepContext(default, () => ++ids))!;

        Assert.Equal([true, false, false, false], batch.Answers.Select(answer => answer.Decision.Refusal is not null));
        Assert.Contains(batch.View.Networks.Values, network => network.Spec.Name == "more" && network.Subnets[0].Block == "10.40.0.0/16");
        settings = batch.View.Cluster!.Settings;
        Assert.Equal(["10.20.0.0/15", "10.40.0.0/14"], settings.DefaultAddrPool);
        Assert.Equal((4UL, 2UL), PoolUse.Of(batch.View, settings, settings.AddressPools[1]));
    }

    [Theory]
    [InlineData("", "name at least one block, such as 10.64.0.0/12")]
    [InlineData("10.20.0.0/15", "the default address pools 10.20.0.0/16 and 10.20.0.0/15 overlap")]
    [InlineData("nonsense", "invalid default address pool nonsense: expected a block such as 10.128.0.0/9")]
    [InlineData("10.40.0.0/28", "subnets of /16 cannot be cut from the default address pool 10.40.0.0/28")]
    public void What_cannot_be_cut_is_not_added(string pools, string problem)
    {
        var (state, _) = Founded(new() { DefaultAddrPool = ["10.20.0.0/16"], SubnetSize = 16 });
        var added = Decide.For(state, new AddAddressPools(pools.Split(',', StringSplitOptions.RemoveEmptyEntries)), new(default, () => 9));
        Assert.Equal(problem, added.Refusal?.Message);
    }

    [Theory]
    [InlineData("10.20.0.0", 24, "invalid default address pool 10.20.0.0: expected a block such as 10.128.0.0/9")]
    [InlineData("10.20.0.0/16,10.20.7.0/24", 24, "the default address pools 10.20.0.0/16 and 10.20.7.0/24 overlap")]
    [InlineData("10.20.0.0/16", 30, "subnets of /30 cannot be given: a network needs a block from /1 to /29")]
    [InlineData("10.20.0.0/16", 8, "subnets of /8 cannot be cut from the default address pool 10.20.0.0/16")]
    public void Pools_that_cannot_be_cut_so_are_refused(string pools, int length, string problem) => Assert.Equal(problem,
        Founded(new() { DefaultAddrPool = pools.Split(','), SubnetSize = length }).Decision.Refusal?.Message);
}
