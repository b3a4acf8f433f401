using System.Text.Json.Nodes;
using Orch.Tests.Cli.Fakes;

namespace Orch.Tests.Cli;

public sealed class NetworkCommandTests
{
    private static FakeAnswer Created(FakeRequest request) => new(201, """{"Id":"n1","Warning":""}""");

    private static JsonNode Body(FakeManager manager) => JsonNode.Parse(Assert.Single(manager.Requests).Body)!;

    [Fact]
    public void A_network_is_asked_for_as_docker_asks_for_it()
    {
        using var manager = new FakeManager(Created);
        var outcome = Run.Orch(manager, "network", "create", "--attachable", "--label", "team=a", "--subnet", "10.50.0.0/24", "--gateway", "10.50.0.1",
            "--ip-range", "10.50.0.128/25", "--aux-address", "host=10.50.0.5", "--opt", "encrypted=false", "-o", "com.docker.network.driver.mtu=1400", "capnet");

        Assert.Equal((0, "n1\n", ""), (outcome.ExitCode, outcome.Out, outcome.Err));
        Assert.Equal("/networks/create", manager.Requests[0].Path);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""
            {"Driver":"overlay","Scope":"","IPAM":{"Driver":"default","Options":{},"Config":[{"Subnet":"10.50.0.0/24",
             "IPRange":"10.50.0.128/25","Gateway":"10.50.0.1","AuxiliaryAddresses":{"host":"10.50.0.5"}}]},
             "Internal":false,"Attachable":true,"Ingress":false,"ConfigOnly":false,
             "Options":{"com.docker.network.driver.mtu":"1400","encrypted":"false"},"Labels":{"team":"a"},"Name":"capnet"}
            """), Body(manager)), manager.Requests[0].Body);
    }

    [Fact]
    public void Gateways_and_ranges_go_to_the_subnet_that_holds_them()
    {
        using var manager = new FakeManager(Created);
        Run.Orch(manager, "network", "create", "--subnet", "10.1.0.0/24,10.2.0.0/24", "--gateway", "10.2.0.1", "--ip-range", "10.1.0.64/26", "n");

        Assert.Equal("""[{"Subnet":"10.1.0.0/24","IPRange":"10.1.0.64/26"},{"Subnet":"10.2.0.0/24","Gateway":"10.2.0.1"}]""",
            Body(manager)["IPAM"]!["Config"]!.ToJsonString());
    }

    [Theory]
    [InlineData("--gateway 10.1.0.1", "every ip-range or gateway must have a corresponding subnet")]
    [InlineData("--subnet 10.1.0.0/24 --gateway 10.2.0.1", "no matching subnet for gateway 10.2.0.1")]
    [InlineData("--subnet 10.1.0.0/24 --ip-range 10.2.0.0/25", "no matching subnet for range 10.2.0.0/25")]
    [InlineData("--subnet 10.1.0.0/24 --aux-address a=10.2.0.1", "no matching subnet for aux-address 10.2.0.1")]
    [InlineData("--subnet 10.1.0.0/16 --subnet 10.1.4.0/24", "multiple overlapping subnet configuration is not supported")]
    [InlineData("--subnet 10.1.0.0/33", "invalid subnet 10.1.0.0/33 : invalid CIDR address: 10.1.0.0/33")]
    [InlineData("--subnet 10.1.0.0/24,10.2.0.0/24 --gateway 10.1.0.1,10.1.0.2",
        "cannot configure multiple gateways (10.1.0.2, 10.1.0.1) for the same subnet (10.1.0.0/24)")]
    public void Addresses_that_do_not_fit_together_are_refused_before_anything_is_sent(string flags, string message)
    {
        using var manager = new FakeManager(Created);
        var outcome = Run.Orch(manager, ["network", "create", .. flags.Split(' '), "n"]);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(message, outcome.Err, StringComparison.Ordinal);
        Assert.Empty(manager.Requests);
    }

    [Fact]
    public void Ids_are_cut_unless_they_are_wanted_whole()
    {
        using var manager = new FakeManager(_ => new(200, """[{"Name":"front","Id":"76wo3j0eylc0v21kr1d09bb1b","Driver":"overlay","Scope":"swarm"}]"""));
        Assert.Equal("76wo3j0eylc0\n", Run.Orch(manager, "network", "ls", "-q").Out);
        Assert.Equal("76wo3j0eylc0v21kr1d09bb1b\n", Run.Orch(manager, "network", "ls", "-q", "--no-trunc").Out);
    }

    [Fact]
    public void Details_of_services_are_asked_for_with_verbose()
    {
        using var manager = new FakeManager(_ => new(200, """{"Name":"front"}"""));
        Run.Orch(manager, "network", "inspect", "-v", "front");
        Assert.Equal("/networks/front?verbose=true", manager.Requests[0].Path);
    }

    [Theory]
    [InlineData("y\n", "Deleted Networks:\nfront\nback\n\n", 1)]
    [InlineData("n\n", "", 0)]
    [InlineData("", "", 0)]
    public void A_prune_asks_first(string answer, string deleted, int requests)
    {
        using var manager = new FakeManager(_ => new(200, """{"NetworksDeleted":["front","back"]}"""));
        var outcome = Run.Answering(manager, answer, "network", "prune", "--filter", "label=a=1");

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Err));
        Assert.Equal("WARNING! This will remove all custom networks not used by at least one service.\n" +
            "Are you sure you want to continue? [y/N] " + deleted, outcome.Out);
        Assert.Equal(requests, manager.Requests.Count);
        Assert.All(manager.Requests, request => Assert.Equal(
            ("POST", "/networks/prune?filters=%7B%22label%22%3A%7B%22a%3D1%22%3Atrue%7D%7D"), (request.Method, request.Path)));
    }

    [Fact]
    public void A_prune_that_is_forced_asks_nobody_and_says_nothing_when_there_was_nothing()
    {
        using var manager = new FakeManager(_ => new(200, """{"NetworksDeleted":null}"""));
        Assert.Equal(new Outcome(0, "", ""), Run.Orch(manager, "network", "prune", "-f"));
    }

    [Theory]
    [InlineData("connect")]
    [InlineData("disconnect")]
    public void Connecting_by_hand_ends_with_the_managers_reason(string word)
    {
        using var manager = new FakeManager(_ => new(403, """{"message":"a task has the networks of its service"}"""));
        var outcome = Run.Orch(manager, "network", word, "front", "web.1.abc");
        Assert.Equal((1, "Error response from manager: a task has the networks of its service\n"), (outcome.ExitCode, outcome.Err));
        Assert.Equal($"/networks/front/{word}", Assert.Single(manager.Requests).Path);
    }
}
