using System.Text.Json.Nodes;
using Orch.Tests.Cli.Fakes;

namespace Orch.Tests.Cli;

/// <summary>network inspect and check, port ls, dns query: what is asked, and what is shown of the answer.</summary>
public sealed class NetworkLookTests
{
    private const string Detail = """
        {"ID":"n1","Name":"front","VNI":1048576,"MTU":1450,
         "Addresses":{"Capacity":240,"Given":5,"Free":235,"Tasks":2,"VirtualIPs":1,"Machines":2},
         "Subnets":[{"Subnet":"10.44.0.0/24","Gateway":"10.44.0.1","Given":5}],
         "Machines":[{"ID":"a","Hostname":"n1","Address":"10.0.0.1","BridgeAddress":"10.44.0.2","State":"stands","MTU":1450,"Tasks":1},
                     {"ID":"b","Hostname":"n2","Address":"10.0.0.2","BridgeAddress":"10.44.0.3","State":"unknown","Problem":"is down","MTU":0,"Tasks":1}]}
        """;

    private static FakeManager Network() => new(request => request.Path.StartsWith("/orch/v1/networks/", StringComparison.Ordinal)
        ? new(200, Detail) : new(200, """{"Name":"front","Id":"n1","Scope":"swarm","Driver":"overlay","Unknown":{"kept":[1]}}"""));

    [Fact]
    public void Inspect_shows_dockers_members_and_ours_beside_them()
    {
        using var manager = Network();
        var shown = JsonNode.Parse(Run.Orch(manager, "network", "inspect", "front").Out)![0]!;

        Assert.Equal("""{"kept":[1]}""", shown["Unknown"]!.ToJsonString());
        Assert.Equal("10.44.0.3", (string?)shown["Orch"]!["Machines"]![1]!["BridgeAddress"]);
        Assert.Equal(["/networks/front", "/orch/v1/networks/n1"], manager.Requests.Select(request => request.Path));
    }

    [Fact]
    public void Agents_are_not_asked_for_a_template_that_shows_nothing_of_them()
    {
        using var manager = Network();
        Assert.Equal("overlay\n", Run.Orch(manager, "network", "inspect", "-f", "{{.Driver}}", "front").Out);
        Assert.Single(manager.Requests);
        Assert.Equal("1450\n", Run.Orch(manager, "network", "inspect", "-f", "{{.Orch.MTU}}", "front").Out);
    }

    [Fact]
    public void People_see_the_machines_in_a_table()
    {
        using var manager = Network();
        var shown = Run.Orch(manager, "network", "inspect", "--pretty", "front").Out;

        Assert.Contains("Addresses:\t5 of 240 given, 235 free (2 tasks, 1 services, 2 machines)\n", shown, StringComparison.Ordinal);
        Assert.Matches(@"n1 +10\.0\.0\.1 +10\.44\.0\.2 +1450 +1 +stands\n", shown);
        Assert.Matches(@"n2 +10\.0\.0\.2 +10\.44\.0\.3 +- +1 +unknown: is down\n", shown);
    }

    [Fact]
    public void What_a_manager_has_no_details_of_is_shown_as_docker_shows_it()
    {
        using var manager = new FakeManager(request => request.Path == "/networks/host"
            ? new(200, """{"Name":"host","Id":"host"}""") : new(404, """{"message":"network host not found"}"""));
        var outcome = Run.Orch(manager, "network", "inspect", "host");
        Assert.Equal((0, false), (outcome.ExitCode, outcome.Out.Contains("Orch", StringComparison.Ordinal)));
    }

    [Fact]
    public void Pools_are_listed_and_added()
    {
        using var manager = new FakeManager(request => request.Method == "GET"
            ? new(200, """[{"Pool":"10.128.0.0/9","SubnetSize":20,"Subnets":2048,"Free":2047}]""") : new(200, ""));
        Assert.Matches(@"10\.128\.0\.0/9 +/20 +2048 +2047\n", Run.Orch(manager, "pool", "ls").Out);
        Assert.Equal("10.64.0.0/12\n", Run.Orch(manager, "pool", "add", "10.64.0.0/12").Out);
        Assert.Equal("""{"Pools":["10.64.0.0/12"]}""", manager.Requests[^1].Body);
    }

    private const string Broken = """
        {"OK":false,"Networks":[{"ID":"n1","Name":"front","VNI":9,
          "Machines":[{"ID":"a","Hostname":"n1","Address":"10.0.0.1","BridgeAddress":"10.1.0.1","MTU":1450,"Names":true},
                      {"ID":"b","Hostname":"n2","Address":"10.0.0.2","BridgeAddress":"10.1.0.2","MTU":1450,"Names":true}],
          "Pairs":[{"From":"n1","To":"n2","State":"passes","Largest":1450,"RoundTripMicros":81},
                   {"From":"n2","To":"n1","State":"broken","Largest":0,"RoundTripMicros":0}],
          "Problems":[{"From":"n2","To":"n1","Message":"no packet arrives"},{"From":"n1","Message":"its name server is silent"}]}]}
        """;

    [Fact]
    public void A_check_names_the_broken_pair_and_ends_with_1()
    {
        using var manager = new FakeManager(_ => new(200, Broken));
        var outcome = Run.Orch(manager, "network", "check", "--verbose", "front");

        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith("front: 2 machines, 1 of 2 pairs pass\n  n2 -> n1: no packet arrives\n  n1: its name server is silent\n", outcome.Out, StringComparison.Ordinal);
        Assert.Matches(@"n1 +n2 +passes +1450 +0\.08 ms\n", outcome.Out);
        Assert.Equal(("POST", "/orch/v1/networks/check?network=front"), (manager.Requests[0].Method, manager.Requests[0].Path));
        Assert.Equal("false", JsonNode.Parse(Run.Orch(manager, "network", "check", "--format", "json").Out)!["OK"]!.ToJsonString());
    }

    [Fact]
    public void A_check_without_problems_ends_with_0()
    {
        using var manager = new FakeManager(_ => new(200, """{"OK":true,"Networks":[]}"""));
        Assert.Equal(0, Run.Orch(manager, "network", "check").ExitCode);
        Assert.Equal("/orch/v1/networks/check", manager.Requests[0].Path);
    }

    [Fact]
    public void Ports_are_a_table_like_others()
    {
        using var manager = new FakeManager(_ => new(200, """
            [{"Port":8080,"Protocol":"tcp","Mode":"ingress","TargetPort":80,"Service":"web","Tasks":2},
             {"Port":53,"Protocol":"udp","Mode":"host","TargetPort":53,"Service":"dns","Node":"n2","Address":"10.0.0.2","Tasks":1},
             {"Port":0,"Protocol":"tcp","Mode":"host","TargetPort":9,"Service":"late"}]
            """));
        Assert.Equal("""
            PORT      PROTOCOL   MODE      SERVICE   TARGET    NODES     ADDRESS
            8080      tcp        ingress   web       80        all       *
            53        udp        host      dns       53        n2        10.0.0.2
            -         tcp        host      late      9         -         -

            """, Run.Orch(manager, "port", "ls").Out);
        Assert.StartsWith("8080 web\n", Run.Orch(manager, "port", "ls", "--filter", "mode=host", "--format", "{{.Port}} {{.Service}}").Out, StringComparison.Ordinal);
        Assert.Equal("/orch/v1/ports?filters=%7B%22mode%22%3A%7B%22host%22%3Atrue%7D%7D", manager.Requests[1].Path);
    }

    private const string Answered = """
        {"Name":"web","Type":"A","TaskID":"t","Task":"front.1.t","Node":"n2","Server":"10.1.0.2","Code":"NOERROR","Authoritative":true,
         "Answers":[{"Name":"web","Type":"A","TTL":2,"Value":"10.1.0.9","Network":"front","Service":"web"}],"Extras":[]}
        """;

    [Fact]
    public void An_answer_is_shown_with_where_it_comes_from()
    {
        using var manager = new FakeManager(_ => new(200, Answered));
        var outcome = Run.Orch(manager, "dns", "query", "web", "--from", "front.1");

        Assert.Equal(0, outcome.ExitCode);
        Assert.StartsWith("A web: NOERROR (asked by front.1.t at 10.1.0.2 on n2; the cluster's name)\n", outcome.Out, StringComparison.Ordinal);
        Assert.Matches(@"web +2 +A +10\.1\.0\.9 +front +service web\n", outcome.Out);
        Assert.Equal("/orch/v1/dns?name=web&from=front.1&type=A", manager.Requests[0].Path);
    }

    [Fact]
    public void An_address_asks_for_its_name()
    {
        using var manager = new FakeManager(_ => new(200, """{"Code":"NXDOMAIN","Answers":[],"Extras":[]}"""));
        Assert.Equal(1, Run.Orch(manager, "dns", "query", "10.1.0.9", "--from", "t").ExitCode);
        Assert.Equal("/orch/v1/dns?name=9.0.1.10.in-addr.arpa&from=t&type=PTR", manager.Requests[0].Path);
    }

    [Fact]
    public void Who_asks_must_be_said()
    {
        using var manager = new FakeManager(_ => new(500, ""));
        Assert.Equal(125, Run.Orch(manager, "dns", "query", "web").ExitCode);
        Assert.Empty(manager.Requests);
    }
}
