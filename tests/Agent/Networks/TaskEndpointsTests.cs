using System.Text.Json;
using Orch.Agent.Engine;
using Orch.Agent.Networks;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Networking;

namespace Orch.Tests.Agent.Networks;

public sealed class TaskEndpointsTests
{
    private static ContainerCreate Request(params string[] addresses) => ContainerMapper.Map(new()
    {
        Cluster = new ClusterId(1),
        Node = new NodeId(2),
        Task = new TaskId(3),
        TaskName = "web.1.x",
        ServiceId = "svc",
        ServiceName = "web",
        SpecVersion = 7,
        Addresses = [.. addresses.Select((address, i) => new NetworkAddress($"net{i}", IpAddr.Parse(address)))],
        ResolvFile = "/resolv/x",
        Template = new TaskTemplate { ContainerSpec = new() { Image = "i", DNSConfig = new() { Nameservers = ["9.9.9.9"] } } },
    });

    private static JsonElement Json(string version, params string[] addresses)
    {
        var (request, later) = TaskEndpoints.For(Version.Parse(version), Request(addresses));
        var text = JsonSerializer.Serialize(request, EngineJson.Default.ContainerCreate);
        Assert.Equal(version == "1.41" ? addresses.Length - 1 : 0, later.Count);
        return JsonDocument.Parse(text).RootElement;
    }

    [Fact]
    public void Address_and_hardware_address_are_given_and_the_name_server_is_ours()
    {
        var body = Json("1.44", "10.50.1.2");

        var endpoint = body.GetProperty("NetworkingConfig").GetProperty("EndpointsConfig").GetProperty("orch-net0");
        Assert.Equal("10.50.1.2", endpoint.GetProperty("IPAMConfig").GetProperty("IPv4Address").GetString());
        Assert.Equal("02:42:0a:32:01:02", endpoint.GetProperty("MacAddress").GetString());
        Assert.Equal("orch-net0", body.GetProperty("HostConfig").GetProperty("NetworkMode").GetString());
        Assert.False(body.GetProperty("HostConfig").TryGetProperty("Dns", out _));
        var mount = Assert.Single(body.GetProperty("HostConfig").GetProperty("Mounts").EnumerateArray());
        Assert.Equal("/etc/resolv.conf", mount.GetProperty("Target").GetString());
    }

    [Fact]
    public void An_older_engine_gets_the_hardware_address_beside_and_the_second_network_afterwards()
    {
        var body = Json("1.41", "10.50.1.2", "10.60.1.2");

        Assert.Equal("02:42:0a:32:01:02", body.GetProperty("MacAddress").GetString());
        var endpoints = body.GetProperty("NetworkingConfig").GetProperty("EndpointsConfig");
        Assert.Equal("orch-net0", Assert.Single(endpoints.EnumerateObject()).Name);
        Assert.False(endpoints.GetProperty("orch-net0").TryGetProperty("MacAddress", out _));
    }

    [Theory]
    [InlineData("1.44", false)]
    [InlineData("1.48", true)]
    public void The_default_route_is_asked_for_where_the_engine_knows_the_word(string version, bool asked)
    {
        var endpoints = Json(version, "10.50.1.2", "10.60.1.2").GetProperty("NetworkingConfig").GetProperty("EndpointsConfig");

        Assert.Equal(asked, endpoints.GetProperty("orch-net0").TryGetProperty("GwPriority", out _));
        Assert.False(endpoints.GetProperty("orch-net1").TryGetProperty("GwPriority", out _));
    }

    [Fact]
    public void The_first_name_server_is_ours_and_no_more_are_written_than_are_read()
    {
        var text = ResolvFiles.Text(IpAddr.Parse("10.0.0.2"), new()
        {
            Nameservers = ["1.1.1.1", "2.2.2.2", "3.3.3.3"],
            Search = ["a.example", "b.example"],
            Options = ["timeout:1"],
        });

        Assert.Equal("nameserver 10.0.0.2\nnameserver 1.1.1.1\nnameserver 2.2.2.2\nsearch a.example b.example\noptions timeout:1 ndots:0\n", text);
    }

    [Fact]
    public void A_task_that_never_had_a_resolv_conf_is_forgotten_without_harm()
    {
        var folder = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName(), "resolv");
        var files = new ResolvFiles(folder);

        files.Remove(new TaskId(5));
        files.KeepOnly(new HashSet<TaskId>());

        Assert.False(Directory.Exists(folder));
    }

    [Fact]
    public void The_engine_s_own_addresses_are_a_small_range_that_the_manager_never_uses()
    {
        var network = new NodeNetwork
        {
            Id = "n",
            Name = "front",
            Vni = 5,
            Subnets = [IpPrefix.Parse("10.0.0.0/24")],
            BridgeAddress = IpAddr.Parse("10.0.0.9"),
            IsInternal = true,
        };

        var create = EngineNetworkCreate.Of(network, new ClusterId(1), 1450);

        var subnet = Assert.Single(create.IPAM.Config);
        Assert.Equal(("10.0.0.0/24", "10.0.0.240/28", "10.0.0.9"), (subnet.Subnet, subnet.IPRange, subnet.Gateway));
        Assert.True(create.Internal);
        Assert.Equal("or-5", create.Options["com.docker.network.bridge.name"]);
        Assert.Equal("1450", create.Options["com.docker.network.driver.mtu"]);
    }
}
