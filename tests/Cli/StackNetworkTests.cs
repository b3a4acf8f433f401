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
        using var first = Manager("""[{"Name":"shop_default","Id":"net1","Driver":"overlay"}]""");
        Run.Orch(first, "stack", "deploy", "-c", File(file), "shop");
        var spec = Assert.Single(Writes(first)).Body.Replace("\"Target\":\"shop_default\"", "\"Target\":\"net1\"", StringComparison.Ordinal);

        using var again = Manager("""[{"Name":"shop_default","Id":"net1","Driver":"overlay"}]""", $$"""[{"ID":"s1","Version":{"Index":3},"Spec":{{spec}}}]""");
        Assert.Equal(0, Run.Orch(again, "stack", "deploy", "-c", File(file), "shop").ExitCode);
        Assert.Empty(Writes(again));
        Assert.Equal(0, Run.Orch(again, "stack", "diff", "-c", File(file), "shop").ExitCode);
    }

    [Theory]
    [InlineData("[]", ":5:3: network edge is external, but the cluster has none of that name: create it first")]
    [InlineData("""[{"Name":"edge","Id":"net1"},{"Name":"shop_back","Id":"net2","Driver":"overlay","Internal":false}]""", ":6:3: network shop_back exists with another internal")]
    [InlineData("""[{"Name":"edge","Id":"net1"},{"Name":"shop_back","Id":"net2","Driver":"overlay","Internal":true,"Options":{"com.docker.network.driver.overlay.vxlanid_list":"5"}}]""",
        ":6:3: network shop_back exists with another driver_opts")]
    [InlineData("""[{"Name":"edge","Id":"net1"},{"Name":"shop_back","Id":"net2","Driver":"overlay","Internal":true,"Options":{"mtu":"1400"},"IPAM":{"Config":[{"Subnet":"10.8.0.0/24"}]}}]""",
        ":6:3: network shop_back exists with another ipam")]
    public void A_network_that_is_not_as_the_file_says_ends_the_deploy_before_it_begins(string networks, string message)
    {
        using var manager = Manager(networks);
        var outcome = Run.Orch(manager, "stack", "deploy", "-c", File(Shop), "shop");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(message, outcome.Err, StringComparison.Ordinal);
        Assert.Empty(Writes(manager));
    }

    private const string Addressed = """
        services:
          web: {image: busybox, networks: [back]}
        networks:
          back:
            ipam: {config: [{subnet: 10.9.0.0/24, gateway: 10.9.0.5, ip_range: 10.9.0.128/25, aux_addresses: {printer: 10.9.0.7}}]}
        """;

    private const string Present = "\"Subnet\":\"10.9.0.0/24\",\"Gateway\":\"10.9.0.5\",\"IPRange\":\"10.9.0.128/25\""
        + ",\"AuxiliaryAddresses\":{\"printer\":\"10.9.0.7\"}";

    private static FakeManager WithBack(string driver, string subnet) =>
        Manager("[{\"Name\":\"shop_back\",\"Id\":\"net2\",\"Driver\":\"" + driver + "\",\"IPAM\":{\"Config\":[{" + subnet + "}]}}]");

    [Fact]
    public void A_network_whose_addresses_are_as_the_file_says_is_left_as_it_is()
    {
        using var manager = WithBack("overlay", Present);
        var outcome = Run.Orch(manager, "stack", "deploy", "-c", File(Addressed), "shop");

        Assert.Equal(("", 0), (outcome.Err, outcome.ExitCode));
        Assert.Equal("/services/create", Assert.Single(Writes(manager)).Path);
    }

    [Theory]
    [InlineData("macvlan", "", "", "driver")]
    [InlineData("overlay", "10.9.0.0/24", "10.10.0.0/24", "ipam subnet")]
    [InlineData("overlay", "10.9.0.5", "10.9.0.1", "ipam gateway")]
    [InlineData("overlay", "10.9.0.128/25", "10.9.0.128/26", "ipam ip_range")]
    [InlineData("overlay", ",\"IPRange\":\"10.9.0.128/25\"", "", "ipam ip_range")]
    [InlineData("overlay", "10.9.0.7", "10.9.0.8", "ipam aux_addresses")]
    [InlineData("overlay", "printer", "scanner", "ipam aux_addresses")]
    [InlineData("overlay", ",\"AuxiliaryAddresses\":{\"printer\":\"10.9.0.7\"}", "", "ipam aux_addresses")]
    public void Each_part_of_a_network_that_differs_ends_the_deploy(string driver, string part, string instead, string key)
    {
        using var manager = WithBack(driver, part.Length == 0 ? Present : Present.Replace(part, instead, StringComparison.Ordinal));
        var outcome = Run.Orch(manager, "stack", "deploy", "-c", File(Addressed), "shop");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains($":4:3: network shop_back exists with another {key}, and", outcome.Err, StringComparison.Ordinal);
        Assert.Empty(Writes(manager));
    }
}
