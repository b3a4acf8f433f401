using Orch.Agent.Dns;
using static Orch.Tests.Agent.Dns.DnsWorld;

namespace Orch.Tests.Agent.Dns;

public sealed class PortAndPointerTests
{
    private const string Client = "10.0.0.11";

    private static DnsWorld World() => new DnsWorld().With(
        Network("front", "10.0.0.0/24", "10.0.0.2"),
        Network("back", "10.0.1.0/24", "10.0.1.2"),
        Network("mesh", "10.0.9.0/24", "10.0.9.2", ingress: true),
        Service("s1", "shop_web", "shop", ["front 10.0.0.100 web", "mesh 10.0.9.100 web"], "http/tcp/8080", "dns/udp/53"),
        Service("s2", "shop_db", "shop", ["back 10.0.1.100 db"]),
        Task("t1", "s1", 1, true, "front 10.0.0.11", "mesh 10.0.9.11"),
        Task("t2", "s1", 2, true, "front 10.0.0.12"),
        Task("t3", "s1", 3, false, "front 10.0.0.13"),
        Task("g1", "s1", 0, true, "front 10.0.0.14"),
        Task("d1", "s2", 1, true, "back 10.0.1.11"));

    [Theory]
    [InlineData("_http._tcp.web")]
    [InlineData("_8080._tcp.web")]
    [InlineData("_HTTP._TCP.web.shop")]
    [InlineData("_http._tcp.shop_web")]
    [InlineData("_http._tcp.tasks.web")]
    public void A_port_gives_the_serving_tasks_by_names_that_resolve(string name)
    {
        var world = World();
        var answer = world.Ask(Client, name, DnsType.Srv)!;
        Assert.Equal("8080 shop_web.1.t1. 8080 shop_web.2.t2. 8080 shop_web.node1.g1.", answer.Values);
        Assert.Equal(
            ["shop_web.1.t1. A 0 10.0.0.11", "shop_web.2.t2. A 0 10.0.0.12", "shop_web.node1.g1. A 0 10.0.0.14"],
            answer.Extras.Order(StringComparer.Ordinal));
        Assert.All(answer.Records, record => Assert.Single(world.Ask(Client, record.Split(' ')[^1])!.Records));
    }

    [Fact]
    public void A_port_is_told_by_its_protocol_too() =>
        Assert.StartsWith("53 ", World().Ask(Client, "_dns._udp.web", DnsType.Srv)!.Values, StringComparison.Ordinal);

    [Theory]
    [InlineData("100.0.0.10", "shop_web.")]
    [InlineData("12.0.0.10", "shop_web.2.t2.")]
    [InlineData("14.0.0.10", "shop_web.node1.g1.")]
    public void An_address_has_the_name_of_its_service_or_task(string reversed, string name) =>
        Assert.Equal(name, World().Ask(Client, $"{reversed}.IN-ADDR.arpa", DnsType.Ptr)!.Values);

    [Theory]
    [InlineData("99.0.0.10")]
    [InlineData("2.0.0.10")]
    [InlineData("100.1.0.10")]
    [InlineData("11.1.0.10")]
    [InlineData("11.9.0.10")]
    public void Other_addresses_of_our_networks_have_no_name_and_nobody_else_is_asked(string reversed) =>
        Assert.Equal(Rcode.NoSuchName, World().Ask(Client, $"{reversed}.in-addr.arpa", DnsType.Ptr)!.Code);

    [Theory]
    [InlineData("4.4.8.8.in-addr.arpa")]
    [InlineData("256.0.0.10.in-addr.arpa")]
    [InlineData("01.0.0.10.in-addr.arpa")]
    [InlineData("1.1.0.0.10.in-addr.arpa")]
    [InlineData("0.0.10.in-addr.arpa")]
    public void Foreign_addresses_and_what_is_no_address_are_asked_outside(string name) =>
        Assert.Same(Answer.Forwarded, World().Ask(Client, name, DnsType.Ptr));

    [Fact]
    public void The_network_of_published_ports_has_no_names_but_its_tasks_have_those_of_their_other_networks()
    {
        var world = World();
        Assert.Same(Answer.Forwarded, world.Ask("10.0.9.2", "web"));
        Assert.Equal("10.0.0.100", world.Ask("10.0.9.11", "web")!.Values);
    }

    [Fact]
    public void More_ports_than_fit_are_announced()
    {
        var world = World();
        world.With([.. Enumerable.Range(20, 40).Select(n => Task($"x{n}", "s1", (ulong)n, true, $"front 10.0.0.{n}"))]);
        var answer = world.Ask(Client, "_http._tcp.web", DnsType.Srv)!;
        Assert.True(answer.Truncated && answer.Size <= 512 && answer.Records.Count > 5);
        var whole = world.Ask(Client, "_http._tcp.web", DnsType.Srv, tcp: true)!;
        Assert.Equal((false, 43, 43), (whole.Truncated, whole.Records.Count, whole.Extras.Count));
    }
}
