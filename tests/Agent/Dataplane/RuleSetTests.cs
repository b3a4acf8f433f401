using Orch.Agent.Dataplanes;
using Orch.Agent.Networks;
using Orch.Contracts.Agent;

namespace Orch.Tests.Agent.Dataplane;

public sealed class RuleSetTests
{
    private readonly RuleSet _rules = new();

    [Fact]
    public void The_first_change_adds_chains_before_the_elements_that_lead_to_them()
    {
        var text = Apply(Books.Web(Books.Here("t1", "10.50.0.11"), Books.There("t2", "10.50.0.12"))).Text();

        Assert.Equal($$"""
            add chain ip orch s_web_v4097
            add rule ip orch s_web_v4097 dnat to numgen random mod 2 map { 0 : 10.50.0.11, 1 : 10.50.0.12 }
            add chain ip orch s_web_tcp8080
            add rule ip orch s_web_tcp8080 ct mark set 0x6f726368
            add rule ip orch s_web_tcp8080 meta l4proto tcp dnat to numgen random mod 2 map { 0 : 10.50.0.11 . 80, 1 : 10.50.0.12 . 80 }
            add element ip orch local_mesh { 10.50.0.11 }
            add element ip orch ports { tcp . 8080 : goto s_web_tcp8080 }
            add element ip orch self { 10.50.0.11 . 10.50.0.11 }
            add element ip orch vips { "or-4097" . 10.50.0.200 : goto s_web_v4097 }
            add element ip orch vips_host { 10.50.0.200 : goto s_web_v4097 }
            flush chain ip orch state
            add rule ip orch state return comment "{{_rules.Digest}}"

            """, text);
    }

    [Fact]
    public void A_backend_that_leaves_changes_the_chains_of_its_service_and_no_elements_but_its_own()
    {
        Apply(Books.Web(Books.Here("t1", "10.50.0.11"), Books.There("t2", "10.50.0.12")));

        var text = Apply(Books.Web(Books.Here("t1", "10.50.0.11", serving: false), Books.There("t2", "10.50.0.12"))).Text();

        Assert.Equal($$"""
            delete element ip orch local_mesh { 10.50.0.11 }
            delete element ip orch self { 10.50.0.11 . 10.50.0.11 }
            flush chain ip orch s_web_v4097
            add rule ip orch s_web_v4097 dnat to 10.50.0.12
            flush chain ip orch s_web_tcp8080
            add rule ip orch s_web_tcp8080 ct mark set 0x6f726368
            add rule ip orch s_web_tcp8080 meta l4proto tcp dnat to 10.50.0.12:80
            flush chain ip orch state
            add rule ip orch state return comment "{{_rules.Digest}}"

            """, text);
    }

    [Fact]
    public void A_service_without_backends_refuses_and_its_chains_go_after_what_led_to_them()
    {
        Apply(Books.Web(Books.There("t2", "10.50.0.12")));

        var text = Apply(Books.Web()).Text();

        Assert.Equal($$"""
            delete element ip orch ports { tcp . 8080 }
            delete element ip orch vips { "or-4097" . 10.50.0.200 }
            delete element ip orch vips_host { 10.50.0.200 }
            add element ip orch ports_empty { tcp . 8080 }
            add element ip orch vips_empty { "or-4097" . 10.50.0.200 }
            add element ip orch vips_empty_host { 10.50.0.200 }
            delete chain ip orch s_web_v4097
            delete chain ip orch s_web_tcp8080
            flush chain ip orch state
            add rule ip orch state return comment "{{_rules.Digest}}"

            """, text);
    }

    [Fact]
    public void The_same_again_is_no_change_and_going_back_gives_the_old_digest()
    {
        var (full, empty) = (Books.Web(Books.Here("t1", "10.50.0.11")), Books.Web());
        Apply(full);
        var digest = _rules.Digest;

        Assert.Null(_rules.Compare(Rendered(full)));
        Apply(empty);
        Assert.NotEqual(digest, _rules.Digest);
        Apply(full);
        Assert.Equal(digest, _rules.Digest);
    }

    [Fact]
    public void An_address_that_two_services_say_is_theirs_stays_with_the_first_until_it_lets_go()
    {
        var other = Books.Here("t9", "10.50.0.19");
        other.ServiceId = "zeta";
        var update = Books.Update(Books.Here("t1", "10.50.0.11"), other);
        update.Services.Add(Books.Service("zeta", "10.50.0.200"));
        var both = NetworkBook.Empty.Apply(update).Book;

        var change = Apply(both, "web", "zeta");
        Assert.DoesNotContain("goto s_zeta", change.Text());
        Assert.Equal(["zeta"], _rules.Contested);

        var (alone, _) = both.Apply(new NetworkUpdate { RemovedServices = { "web" } });
        Assert.Contains("add element ip orch vips_host { 10.50.0.200 : goto s_zeta_v4097 }", Apply(alone, "web", "zeta").Text());
        Assert.Empty(_rules.Contested);
    }

    [Fact]
    public void A_port_that_the_machine_could_not_take_has_no_rules()
    {
        var rules = new ServiceRendering(Books.Web(Books.Here("t1", "10.50.0.11")), "here").Render("web", _ => false);

        Assert.Equal(["s_web_v4097"], rules.Chains.Select(chain => chain.Name));
        Assert.DoesNotContain(rules.Elements, element => element.Set is RuleNames.Ports or RuleNames.EmptyPorts or RuleNames.Local);
    }

    [Fact]
    public void A_port_at_one_address_is_looked_for_at_that_address()
    {
        var update = Books.Update(Books.Here("t1", "10.50.0.11"));
        update.Services[0].Ports[0].HostAddress = "10.99.0.1";

        var rules = new ServiceRendering(NetworkBook.Empty.Apply(update).Book, "here").Render("web", _ => true);

        Assert.Contains(new RuleElement("ports_at", "10.99.0.1 . tcp . 8080", "goto s_web_tcp8080_10_99_0_1"), rules.Elements);
    }

    [Fact]
    public void Tasks_of_an_internal_network_see_the_machine_as_the_client_of_a_published_port()
    {
        var update = Books.Update(Books.Here("t1", "10.50.0.11"));
        update.Networks[0].Internal = true;

        var rules = new ServiceRendering(NetworkBook.Empty.Apply(update).Book, "here").Render("web", _ => true);

        Assert.DoesNotContain(rules.Elements, element => element.Set == RuleNames.Local);
        Assert.Contains(rules.Elements, element => element.Set == RuleNames.Ports);
    }

    [Fact]
    public void While_the_network_that_carries_a_port_changes_tasks_are_reached_through_the_one_they_have()
    {
        var moved = Books.There("t3", "10.60.0.13");
        moved.Addresses[0].NetworkId = "net2";
        var update = Books.Update(Books.Here("t1", "10.50.0.11"), Books.There("t2", "10.50.0.12"), moved);
        update.Networks.Add(new NetworkAssignment
        {
            Id = "net2",
            Name = "back",
            Vni = 4098,
            BridgeAddress = "10.60.0.2",
            Subnets = { new NetworkSubnet { Block = "10.60.0.0/24" } },
        });
        update.Services[0].Networks.Insert(0, new NetworkAttachment { NetworkId = "net2", Vip = "10.60.0.200" });

        var rules = new ServiceRendering(NetworkBook.Empty.Apply(update).Book, "here").Render("web", _ => true);
        Assert.Contains("map { 0 : 10.50.0.11 . 80, 1 : 10.50.0.12 . 80, 2 : 10.60.0.13 . 80 }", Chain(rules, "s_web_tcp8080"));
        Assert.Equal("dnat to 10.60.0.13", Chain(rules, "s_web_v4098"));
        Assert.Contains(new RuleElement(RuleNames.Local, "10.50.0.11"), rules.Elements);

        // The machine is not on the new network yet.
        update.Networks.RemoveAt(1);
        rules = new ServiceRendering(NetworkBook.Empty.Apply(update).Book, "here").Render("web", _ => true);
        Assert.Contains("map { 0 : 10.50.0.11 . 80, 1 : 10.50.0.12 . 80 }", Chain(rules, "s_web_tcp8080"));
    }

    [Fact]
    public void A_service_that_prefers_local_tasks_leads_elsewhere_only_when_there_is_none()
    {
        var update = Books.Update(Books.Here("t1", "10.50.0.11"), Books.There("t2", "10.50.0.12"));
        update.Services[0].PrefersLocal = true;
        var book = NetworkBook.Empty.Apply(update).Book;

        var rules = new ServiceRendering(book, "here").Render("web", _ => true);
        Assert.Equal("dnat to 10.50.0.11", Chain(rules, "s_web_v4097"));
        Assert.EndsWith("dnat to 10.50.0.11:80", Chain(rules, "s_web_tcp8080"), StringComparison.Ordinal);

        rules = new ServiceRendering(book.Leave("t1").Book, "here").Render("web", _ => true);
        Assert.Equal("dnat to 10.50.0.12", Chain(rules, "s_web_v4097"));
        Assert.EndsWith("dnat to 10.50.0.12:80", Chain(rules, "s_web_tcp8080"), StringComparison.Ordinal);
    }

    [Fact]
    public void A_port_that_keeps_the_client_s_address_says_so_unless_its_tasks_have_no_way_back()
    {
        var update = Books.Update(Books.There("t2", "10.50.0.12"));
        update.Services[0].Ports[0].KeepsClient = true;
        string Mark() => Chain(new ServiceRendering(NetworkBook.Empty.Apply(update).Book, "here").Render("web", _ => true), "s_web_tcp8080").Split('\n')[0];

        Assert.Equal($"ct mark set {RuleNames.KeepingPortMark}", Mark());
        update.Networks[0].Internal = true;
        Assert.Equal($"ct mark set {RuleNames.PortMark}", Mark());

        // Its first network is another one, by which it answers.
        update.Networks[0].Internal = false;
        update.Tasks[0].Addresses.Insert(0, new TaskAddress { NetworkId = "net0", Address = "10.51.0.12" });
        Assert.Equal($"ct mark set {RuleNames.PortMark}", Mark());
    }

    [Fact]
    public void A_task_whose_service_is_gone_is_nobodys_backend()
    {
        var (book, _) = Books.Web(Books.Here("t1", "10.50.0.11", serving: false)).Apply(new NetworkUpdate { RemovedServices = { "web" } });

        Assert.True(new ServiceRendering(book, "here").Render("web", _ => true).IsEmpty);
        Assert.Equal("t1", Assert.Single(book.TasksOf("web")).Id);
    }

    [Fact]
    public void Networks_and_nodes_are_said_once_for_all()
    {
        var common = CommonRules.Render(Books.Web(Books.There("t2", "10.50.0.12"), Books.There("t3", "10.50.0.13")), "here");

        Assert.Equal(["overlay 10.50.0.0/24", "vnis 0x1001", "name_servers 10.50.0.2", "vteps 10.99.0.2"], common.Elements.Select(element => $"{element.Set} {element}"));
    }

    private static string Chain(ServiceRules rules, string name) => rules.Chains.Single(chain => chain.Name == name).Body;

    private RuleChange Apply(NetworkBook book, params string[] services)
    {
        var change = _rules.Compare(Rendered(book, services))!;
        _rules.Keep(change);
        return change;
    }

    private static Dictionary<string, ServiceRules> Rendered(NetworkBook book, params string[] services) =>
        (services.Length == 0 ? ["web"] : services).ToDictionary(id => id, id => new ServiceRendering(book, "here").Render(id, _ => true));
}
