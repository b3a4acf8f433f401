using Orch.Agent.Dataplanes;
using Orch.Agent.Netlink;
using Orch.Core.Networking;

namespace Orch.Tests.Agent.Dataplane;

public sealed class DataplanePlannerTests
{
    private static readonly DataplaneOptions Options = new() { NodeId = "here", NodeAddress = IpAddr.Parse("10.99.0.1") };
    private static readonly MacAddress BridgeMac = MacAddress.Of(IpAddr.Parse("10.50.0.2"));
    private static readonly MacAddress PeerMac = MacAddress.Of(IpAddr.Parse("10.50.0.12"));

    [Fact]
    public void A_network_without_its_bridge_waits_for_the_engine() => Assert.Empty(DataplanePlanner.Plan(Wanted(), new()));

    [Fact]
    public void A_new_bridge_gets_everything_in_an_order_that_works()
    {
        var plan = DataplanePlanner.Plan(Wanted(), new() { Bridge = Bridge() with { Mac = new(1) }, Ports = [Port(hairpin: false)] });

        Assert.Equal(
            ["SetMac", "RouteLocal", "Create", "Attach", "StopLearning", "Hairpin", "PutForwarding", "PutNeighbour", "PutNeighbour"],
            plan.Select(operation => operation.GetType().Name));
        Assert.Contains(new LinkOperation.PutNeighbour("ox-4097", IpAddr.Parse("10.50.0.200"), BridgeMac), plan);
        Assert.Contains(new LinkOperation.PutNeighbour("ox-4097", IpAddr.Parse("10.50.0.12"), PeerMac), plan);
        Assert.Contains(new LinkOperation.PutForwarding("ox-4097", PeerMac, IpAddr.Parse("10.99.0.2")), plan);
    }

    [Fact]
    public void What_is_right_is_left_alone() => Assert.Empty(DataplanePlanner.Plan(Wanted(), Right()));

    [Fact]
    public void A_device_that_says_something_else_on_the_wire_is_made_anew_with_all_its_entries()
    {
        var found = Right();
        var other = found.Vxlan! with { Vxlan = found.Vxlan.Vxlan! with { Local = IpAddr.Parse("10.98.0.1") } };

        var plan = DataplanePlanner.Plan(Wanted(), found with { Vxlan = other });

        Assert.Equal(
            ["Delete", "Create", "Attach", "StopLearning", "PutForwarding", "PutNeighbour", "PutNeighbour"],
            plan.Select(operation => operation.GetType().Name));
    }

    [Fact]
    public void A_device_that_lost_its_bridge_is_put_back_and_stops_learning_again()
    {
        var found = Right();

        var plan = DataplanePlanner.Plan(Wanted(), found with { Vxlan = found.Vxlan! with { Master = 0 } });

        Assert.Equal(["Attach", "StopLearning"], plan.Select(operation => operation.GetType().Name));
    }

    [Fact]
    public void Entries_of_tasks_that_are_gone_or_elsewhere_now_follow()
    {
        var found = Right();
        var gone = MacAddress.Of(IpAddr.Parse("10.50.0.66"));
        var half = MacAddress.Of(IpAddr.Parse("10.50.0.67"));
        found = found with
        {
            Neighbours = new Dictionary<IpAddr, MacAddress>(found.Neighbours) { [IpAddr.Parse("10.50.0.66")] = gone },
            Forwarding = new Dictionary<MacAddress, IpAddr> { [gone] = IpAddr.Parse("10.99.0.2"), [PeerMac] = IpAddr.Parse("10.99.0.3") },
            Halves = new HashSet<MacAddress> { half },
        };

        Assert.Equal(
            [
                new LinkOperation.DropForwarding("ox-4097", gone),
                new LinkOperation.DropForwarding("ox-4097", half),
                new LinkOperation.DropNeighbour("ox-4097", IpAddr.Parse("10.50.0.66")),
                new LinkOperation.PutForwarding("ox-4097", PeerMac, IpAddr.Parse("10.99.0.2")),
            ],
            DataplanePlanner.Plan(Wanted(), found));
    }

    [Fact]
    public void Only_devices_of_ours_are_left_over()
    {
        var links = new List<Link>
        {
            new() { Index = 1, Name = "ox-1", Kind = "vxlan", Alias = "orch:old" }, new() { Index = 2, Name = "ox-2", Kind = "vxlan", Alias = "orch:new" },
            new() { Index = 3, Name = "vx-swarm", Kind = "vxlan" }, new() { Index = 4, Name = "ox-3", Kind = "dummy", Alias = "orch:x" },
        };

        Assert.Equal([new LinkOperation.Delete("ox-1")], DataplanePlanner.Leftovers(links, new HashSet<string> { "ox-2" }));
    }

    private static WantedNetwork Wanted() =>
        WantedNetwork.Of(Books.Web(Books.Here("t1", "10.50.0.11"), Books.There("t2", "10.50.0.12")), Options, underlayMtu: 1500)["net1"];

    private static Link Bridge() => new() { Index = 5, Name = "or-4097", Kind = "bridge", Mac = BridgeMac, Up = true };

    private static Link Port(bool hairpin) => new() { Index = 7, Name = "veth7", Kind = "veth", Master = 5, Hairpin = hairpin };

    private static FoundNetwork Right() => new()
    {
        Bridge = Bridge(),
        Vxlan = new()
        {
            Index = 6,
            Name = "ox-4097",
            Kind = "vxlan",
            Alias = "orch:net1",
            Master = 5,
            Mtu = 1450,
            Up = true,
            Vxlan = new(4097, IpAddr.Parse("10.99.0.1"), 4789, Learning: false, Proxy: true),
        },
        Ports = [Port(hairpin: true)],
        Neighbours = new Dictionary<IpAddr, MacAddress>
        {
            [IpAddr.Parse("10.50.0.200")] = BridgeMac,
            [IpAddr.Parse("10.50.0.12")] = PeerMac,
        },
        Forwarding = new Dictionary<MacAddress, IpAddr> { [PeerMac] = IpAddr.Parse("10.99.0.2") },
        RoutesLocal = true,
    };
}
