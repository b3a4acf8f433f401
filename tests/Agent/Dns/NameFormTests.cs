using Orch.Agent.Dns;
using static Orch.Tests.Agent.Dns.DnsWorld;

namespace Orch.Tests.Agent.Dns;

/// <summary>What each form of a name gives, and to whom.</summary>
public sealed class NameFormTests
{
    private const string Client = "10.0.0.50";

    private static DnsWorld World() => new DnsWorld().With(
        Network("front", "10.0.0.0/24", "10.0.0.2"),
        Network("back", "10.0.1.0/24", "10.0.1.2"),
        Network("cut", "10.0.2.0/24", "10.0.2.2", isInternal: true),
        Service("s1", "shop_web", "shop", ["front 10.0.0.100 web www cache"], "http/tcp/8080", "dns/udp/53"),
        Service("s2", "shop_db", "shop", ["back - db cache"]),
        Service("s3", "blog_web", "blog", ["front 10.0.0.101 web cache"]),
        Service("s4", "agent", "", ["front 10.0.0.102"]),
        Service("s5", "lonely", "", ["cut 10.0.2.100", "front -"]),
        Task("t1", "s1", 1, true, "front 10.0.0.11"),
        Task("t2", "s1", 2, true, "front 10.0.0.12"),
        Task("t3", "s1", 3, false, "front 10.0.0.13"),
        Task("d1", "s2", 1, true, "back 10.0.1.11"),
        Task("d2", "s2", 2, true, "back 10.0.1.12"),
        Task("b1", "s3", 1, true, "front 10.0.0.21", "back 10.0.1.21"),
        Task("g1", "s4", 0, true, "front 10.0.0.50", "back 10.0.1.50"),
        Task("l1", "s5", 1, false, "cut 10.0.2.11"));

    [Fact]
    public void A_task_that_outlives_its_service_still_resolves()
    {
        var world = World();
        world.Apply(new() { RemovedServices = { "s4" } });
        var restarted = new DnsWorld().With(Network("front", "10.0.0.0/24", "10.0.0.2"), Task("g1", "s4", 1, false, "front 10.0.0.50"),
            Service("s1", "shop_web", "shop", ["front 10.0.0.100"]));

        foreach (var each in new[] { world, restarted })
        {
            Assert.Equal("10.0.0.100", each.Ask(Client, "shop_web")!.Values);
            Assert.Equal(Answer.Forwarded, each.Ask(Client, "example.org"));
            Assert.NotNull(each.Ask(Client, "50.0.0.10.in-addr.arpa", DnsType.Ptr));
        }
    }

    [Theory]
    [InlineData("shop_web", "10.0.0.100")]
    [InlineData("SHOP_Web", "10.0.0.100")]
    [InlineData("www", "10.0.0.100")]
    [InlineData("web.shop", "10.0.0.100")]
    [InlineData("web.blog", "10.0.0.101")]
    [InlineData("agent", "10.0.0.102")]
    [InlineData("web", "10.0.0.100 10.0.0.101")]
    [InlineData("cache", "10.0.0.100 10.0.0.101")]
    [InlineData("shop_db", "10.0.1.11 10.0.1.12")]
    [InlineData("db.shop", "10.0.1.11 10.0.1.12")]
    [InlineData("tasks.shop_web", "10.0.0.11 10.0.0.12")]
    [InlineData("tasks.web.shop", "10.0.0.11 10.0.0.12")]
    [InlineData("TASKS.www", "10.0.0.11 10.0.0.12")]
    [InlineData("tasks.web", "10.0.0.11 10.0.0.12 10.0.0.21")]
    [InlineData("1.shop_web", "10.0.0.11")]
    [InlineData("2.web.shop", "10.0.0.12")]
    [InlineData("1.web", "10.0.0.11 10.0.0.21")]
    [InlineData("2.www", "10.0.0.12")]
    [InlineData("shop_web.1.t1", "10.0.0.11")]
    [InlineData("shop_web.3.t3", "10.0.0.13")]
    [InlineData("web.shop.1.t1", "10.0.0.11")]
    [InlineData("agent.node1.g1", "10.0.0.50")]
    public void A_task_of_no_stack_resolves(string name, string addresses)
    {
        var answer = World().Ask(Client, name)!;
        Assert.Equal((Rcode.NoError, addresses), (answer.Code, answer.Values));
        Assert.Equal(Query.Id, answer.Id);
    }

    [Theory]
    [InlineData("10.0.0.11", "web", "10.0.0.100")]
    [InlineData("10.0.0.21", "web", "10.0.0.101")]
    [InlineData("10.0.0.21", "tasks.web", "10.0.0.21")]
    [InlineData("10.0.0.21", "cache", "10.0.0.101")]
    [InlineData("10.0.0.21", "www", "10.0.0.100")]
    [InlineData("10.0.0.21", "db", "10.0.1.11 10.0.1.12")]
    public void The_own_stack_wins_and_others_are_found_without_one(string source, string name, string addresses) =>
        Assert.Equal(addresses, World().Ask(source, name)!.Values);

    [Fact]
    public void A_task_of_one_network_knows_nothing_of_another() =>
        Assert.Same(Answer.Forwarded, World().Ask("10.0.0.11", "db"));

    [Fact]
    public void A_task_is_known_by_its_address_on_any_network_and_whichever_server_it_asks()
    {
        Assert.Equal("10.0.0.100", World().Ask("10.0.1.50", "shop_web")!.Values);
        Assert.Equal("10.0.0.100", World().Ask("10.0.0.50", "shop_web", network: "back")!.Values);
    }

    [Fact]
    public void This_machine_itself_sees_the_network_whose_server_it_asks()
    {
        Assert.Equal("10.0.0.100 10.0.0.101", World().Ask("10.0.0.2", "web")!.Values);
        Assert.Same(Answer.Forwarded, World().Ask("10.0.0.2", "db"));
    }

    [Theory]
    [InlineData("10.0.0.99")]
    [InlineData("10.0.0.100")]
    [InlineData("192.168.1.1")]
    public void Whoever_is_not_known_hears_nothing(string source) => Assert.Null(World().Ask(source, "web", network: "front"));

    [Theory]
    [InlineData("web", DnsType.Aaaa)]
    [InlineData("tasks.web", DnsType.Aaaa)]
    [InlineData("1.web", DnsType.Aaaa)]
    [InlineData("shop_web.1.t1", DnsType.Aaaa)]
    [InlineData("web", DnsType.Srv)]
    [InlineData("web", (DnsType)15)]
    [InlineData("_http._tcp.web", DnsType.A)]
    [InlineData("11.0.0.10.in-addr.arpa", DnsType.A)]
    [InlineData("3.shop_web", DnsType.A)]
    public void A_name_that_exists_without_such_data_says_so_and_is_not_to_be_remembered(string name, DnsType type)
    {
        var answer = World().Ask(Client, name, type)!;
        Assert.Equal((Rcode.NoError, 0, 1), (answer.Code, answer.Records.Count, answer.Authorities.Count));
        Assert.Contains(" Soa 0 ", answer.Authorities[0]);
        Assert.True(answer.Authoritative);
    }

    [Fact]
    public void A_service_without_a_serving_task_still_has_its_virtual_address_and_no_task()
    {
        var world = World();
        Assert.Equal("10.0.2.100", world.Ask("10.0.2.11", "lonely")!.Values);
        Assert.Equal((Rcode.NoError, ""), (world.Ask("10.0.2.11", "tasks.lonely")!.Code, world.Ask("10.0.2.11", "tasks.lonely")!.Values));
        Assert.Equal((Rcode.NoError, ""), (world.Ask(Client, "lonely")!.Code, world.Ask(Client, "lonely")!.Values));
    }

    [Theory]
    [InlineData("9.shop_web")]
    [InlineData("shop_web.1.t2")]
    [InlineData("_none._tcp.shop_web")]
    [InlineData("_http._udp.shop_web")]
    public void What_a_known_service_does_not_have_does_not_exist(string name) =>
        Assert.Equal(Rcode.NoSuchName, World().Ask(Client, name, DnsType.Srv)!.Code);

    [Theory]
    [InlineData("unknown")]
    [InlineData("example.org")]
    [InlineData("0.shop_web")]
    [InlineData("tasks")]
    [InlineData("")]
    [InlineData("tasks.unknown")]
    [InlineData("_http._tcp.unknown")]
    [InlineData("1.2.3.in-addr.arpa")]
    [InlineData("8.8.8.8.in-addr.arpa")]
    [InlineData("x.shop_web")]
    [InlineData("1.0.0.0.0.0.ip6.arpa")]
    public void Names_that_are_not_ours_are_asked_outside_and_never_from_internal_networks(string name)
    {
        Assert.Same(Answer.Forwarded, World().Ask(Client, name));
        var cut = World().Ask("10.0.2.11", name)!;
        Assert.Equal((Rcode.NoSuchName, 1), (cut.Code, cut.Authorities.Count));
    }

    [Fact]
    public void Addresses_of_tasks_are_not_to_be_remembered_and_virtual_ones_not_for_long()
    {
        Assert.All(World().Ask(Client, "tasks.web")!.Records, record => Assert.Contains(" A 0 ", record));
        Assert.All(World().Ask(Client, "db")!.Records, record => Assert.Contains(" A 0 ", record));
        Assert.All(World().Ask(Client, "web")!.Records, record => Assert.Contains(" A 2 ", record));
    }

    [Fact]
    public void Several_addresses_come_in_any_order()
    {
        var world = World();
        var firsts = Enumerable.Range(0, 200).Select(_ => world.Ask(Client, "db")!.Records[0]).Distinct();
        Assert.Equal(2, firsts.Count());
    }
}
