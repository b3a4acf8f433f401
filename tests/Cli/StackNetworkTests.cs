using Orch.Tests.Cli.Fakes;

namespace Orch.Tests.Cli;

/// <summary>The networks of stack files: created before what uses them, compared by name, never silently another one.</summary>
public sealed class StackNetworkTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orch-stack").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string File(string text)
    {
        var path = Path.Combine(_folder, "stack.yml");
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private static FakeManager Manager(string networks, string services = "[]") => new(request => request switch
    {
        { Method: "GET", Path: "/networks" } => new(200, networks),
        { Method: "GET" } when request.Path.StartsWith("/services", StringComparison.Ordinal) => new(200, services),
        { Method: "GET" } => new(200, "[]"),
        _ => new(201, """{"ID":"n1","Id":"n1"}"""),
    });

    private static IEnumerable<FakeRequest> Writes(FakeManager manager) => manager.Requests.Where(request => request.Method != "GET");

    private const string Shop = """
        services:
          web: {image: busybox, networks: {front: {aliases: [www]}, back: {}}, ports: ['8080:80', '53:53/udp']}
          db: {image: busybox}
        networks:
          front: {external: true, name: edge}
          back: {internal: true, driver_opts: {mtu: "1400"}, ipam: {config: [{subnet: 10.9.0.0/24}]}}
        """;

    [Fact]
    public void Networks_come_before_the_services_that_are_on_them()
    {
        using var manager = Manager("""[{"Name":"edge","Id":"net1"}]""");
        var outcome = Run.Orch(manager, "stack", "deploy", "-c", File(Shop), "shop");

        Assert.Equal(("", 0), (outcome.Err, outcome.ExitCode));
        var writes = Writes(manager).ToList();
        Assert.Equal(["/networks/create", "/networks/create", "/services/create", "/services/create"], writes.Select(write => write.Path));
        Assert.Contains("\"Name\":\"shop_back\"", writes[0].Body, StringComparison.Ordinal);
        Assert.Contains("\"Name\":\"shop_default\"", writes[1].Body, StringComparison.Ordinal);
        Assert.Contains("""[{"Target":"edge","Aliases":["www","web"]},{"Target":"shop_back","Aliases":["web"]}]""", writes.Single(write => write.Body.Contains("\"shop_web\"", StringComparison.Ordinal)).Body,
            StringComparison.Ordinal);
        Assert.Contains("Creating network shop_back\nCreating network shop_default\n", outcome.Out, StringComparison.Ordinal);
    }

    [Fact]
    public void A_service_that_is_shown_with_ids_is_the_same_as_one_that_is_written_with_names()
    {
        const string file = "services:\n  web: {image: busybox}\n";
        using var first = Manager("""[{"Name":"shop_default","Id":"net1"}]""");
        Run.Orch(first, "stack", "deploy", "-c", File(file), "shop");
        var spec = Assert.Single(Writes(first)).Body.Replace("\"Target\":\"shop_default\"", "\"Target\":\"net1\"", StringComparison.Ordinal);

        using var again = Manager("""[{"Name":"shop_default","Id":"net1"}]""", $$"""[{"ID":"s1","Version":{"Index":3},"Spec":{{spec}}}]""");
        Assert.Equal(0, Run.Orch(again, "stack", "deploy", "-c", File(file), "shop").ExitCode);
        Assert.Empty(Writes(again));
        Assert.Equal(0, Run.Orch(again, "stack", "diff", "-c", File(file), "shop").ExitCode);
    }

    [Theory]
    [InlineData("[]", ":5:3: network edge is external, but the cluster has none of that name: create it first")]
    [InlineData("""[{"Name":"edge","Id":"net1"},{"Name":"shop_back","Id":"net2","Internal":false}]""", ":6:3: network shop_back exists with another internal")]
    [InlineData("""[{"Name":"edge","Id":"net1"},{"Name":"shop_back","Id":"net2","Internal":true,"Options":{"com.docker.network.driver.overlay.vxlanid_list":"5"}}]""",
        ":6:3: network shop_back exists with another driver_opts")]
    [InlineData("""[{"Name":"edge","Id":"net1"},{"Name":"shop_back","Id":"net2","Internal":true,"Options":{"mtu":"1400"},"IPAM":{"Config":[{"Subnet":"10.8.0.0/24"}]}}]""",
        ":6:3: network shop_back exists with another ipam")]
    public void A_network_that_is_not_as_the_file_says_ends_the_deploy_before_it_begins(string networks, string message)
    {
        using var manager = Manager(networks);
        var outcome = Run.Orch(manager, "stack", "deploy", "-c", File(Shop), "shop");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(message, outcome.Err, StringComparison.Ordinal);
        Assert.Empty(Writes(manager));
    }
}
