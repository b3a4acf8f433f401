using System.Net;

namespace Orch.Tests.Manager.Api;

/// <summary>/networks as Docker's clients use it.</summary>
public sealed class NetworkTests(ApiHost api) : IClassFixture<ApiHost>
{
    private async Task<string> CreateAsync(string name, string more = "")
    {
        var (status, body) = await api.SendAsync(HttpMethod.Post, "/v1.41/networks/create",
            $"{{\"Name\":\"{name}\",\"Driver\":\"overlay\",\"CheckDuplicate\":true,\"ConfigFrom\":null{more}}}");
        Assert.True(status == HttpStatusCode.Created, $"{status} {body}");
        Assert.Equal(["Id", "Warning"], body!.AsObject().Select(member => member.Key));
        return (string)body["Id"]!;
    }

    [Fact]
    public async Task What_was_created_is_read_back_at_once_in_dockers_shape()
    {
        var id = await CreateAsync("front", """
            ,"Attachable":true,"Labels":{"a":"b"},"IPAM":{"Driver":"default","Config":[{"Subnet":"10.9.0.0/24","Gateway":"10.9.0.5","AuxiliaryAddresses":{"printer":"10.9.0.7"}}]}
            """);
        foreach (var reference in new[] { id, "front", id[..20] })
        {
            var network = await api.GetAsync($"/networks/{reference}?scope=swarm");
            Assert.Equal(("front", id, "swarm", "overlay", true),
                ((string)network["Name"]!, (string)network["Id"]!, (string)network["Scope"]!, (string)network["Driver"]!, (bool)network["Attachable"]!));
            Assert.Equal("""[{"Subnet":"10.9.0.0/24","Gateway":"10.9.0.5","AuxiliaryAddresses":{"printer":"10.9.0.7"}}]""", network["IPAM"]!["Config"]!.ToJsonString());
            Assert.Equal("""{"a":"b"}""", network["Labels"]!.ToJsonString());
            Assert.True(network.AsObject().ContainsKey("Containers"));
        }
    }

    [Fact]
    public async Task Networks_are_listed_by_filters_beside_those_that_every_machine_has()
    {
        await CreateAsync("filtered", ""","Labels":{"team":"blue"}""");
        async Task<IEnumerable<string>> Names(string filters) =>
            (await api.GetAsync($"/networks?filters={Uri.EscapeDataString(filters)}")).AsArray().Select(one => (string)one!["Name"]!);
        Assert.Equal(["filtered"], await Names("""{"label":["team=blue"]}"""));
        Assert.Equal(["filtered"], await Names("""{"name":["ilter"]}"""));
        Assert.Equal(["filtered"], await Names("""{"name":["^filtered$"]}"""));
        Assert.Equal(["filtered", "host"], (await Names("""{"name":["^f.*red$","^ho?st"]}""")).Order(StringComparer.Ordinal));
        Assert.Empty(await Names("""{"name":["^ilter"]}"""));
        Assert.Empty(await Names("""{"name":["(filtered"]}"""));
        Assert.Empty(await Names("""{"name":["^(((f{1000}){1000}){1000}){1000}iltered"]}"""));
        Assert.Empty(await Names($$"""{"name":["{{new string('.', 2)}}{{new string('?', 300)}}"]}"""));
        Assert.Equal(["host"], await Names("""{"id":["^host$"]}"""));
        Assert.Contains("filtered", await Names("""{"type":["custom"]}"""));
        Assert.Equal(["bridge", "host", "none"], await Names("""{"type":["builtin"]}"""));
        Assert.Contains("filtered", await Names("""{"dangling":["true"]}"""));
    }

    [Fact]
    public async Task A_network_is_removed_unless_every_machine_has_it()
    {
        await CreateAsync("gone");
        Assert.Equal(HttpStatusCode.NoContent, (await api.SendAsync(HttpMethod.Delete, "/networks/gone")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync(HttpMethod.Delete, "/networks/gone")).Status);
        var (status, body) = await api.SendAsync(HttpMethod.Delete, "/networks/host");
        Assert.Equal((HttpStatusCode.Forbidden, "host is a pre-defined network and cannot be removed"), (status, (string?)body!["message"]));
        (status, _) = await api.SendAsync(HttpMethod.Post, "/networks/create", """{"Name":"host","Driver":"overlay"}""");
        Assert.Equal(HttpStatusCode.Forbidden, status);
    }

    [Fact]
    public async Task The_ingress_network_is_the_clusters_own_and_is_not_pruned()
    {
        await CreateAsync("prune-one", ""","Labels":{"prune":"yes"}""");
        await CreateAsync("prune-two", ""","Labels":{"prune":"yes","keep":"1"}""");
        async Task<string> Prune(string filters) => (await api.SendAsync(
            HttpMethod.Post, $"/networks/prune?filters={Uri.EscapeDataString(filters)}")).Body!.ToJsonString();
        Assert.Equal("""{"NetworksDeleted":null}""", await Prune("""{"label":["prune=yes"],"until":["24h"]}"""));
        Assert.Equal("""{"NetworksDeleted":["prune-one"]}""", await Prune("""{"label":["prune=yes"],"label!":["keep"]}"""));
        Assert.Equal("""{"NetworksDeleted":["prune-two"]}""", await Prune("""{"label":["prune=yes"]}"""));
        Assert.Equal(HttpStatusCode.BadRequest, (await api.SendAsync(HttpMethod.Post, "/networks/prune?filters=%7B%22until%22:%5B%22x%22%5D%7D")).Status);

        var ingress = await api.GetAsync("/networks/ingress");
        Assert.Equal((true, "swarm", "overlay"), ((bool)ingress["Ingress"]!, (string?)ingress["Scope"], (string?)ingress["Driver"]));
        Assert.NotNull(ingress["Options"]!["com.docker.network.driver.overlay.vxlanid_list"]);
    }

    [Fact]
    public async Task A_service_on_networks_shows_its_virtual_addresses_and_the_networks_show_it()
    {
        var id = await CreateAsync("shown", ""","IPAM":{"Config":[{"Subnet":"10.33.0.0/20"}]}""");
        await api.CreateAsync("onshown", ""","TaskTemplate":{"ContainerSpec":{"Image":"busybox"},"Networks":[{"Target":"shown"}]},"EndpointSpec":{"Ports":[{"TargetPort":80,"PublishedPort":18099}]}""");
        var service = await api.GetAsync("/services/onshown");
        var vip = Assert.Single(service["Endpoint"]!["VirtualIPs"]!.AsArray())!;
        Assert.Equal(id, (string?)vip["NetworkID"]);
        Assert.Matches(@"^10\.33\.\d+\.\d+/20$", (string?)vip["Addr"]);
        Assert.Equal(id, (string?)service["Spec"]!["TaskTemplate"]!["Networks"]![0]!["Target"]);

        var shown = (await api.GetAsync("/networks/shown?verbose=true"))["Services"]!["onshown"]!;
        Assert.Equal(((string?)vip["Addr"])!.Split('/')[0], (string?)shown["VIP"]);
        Assert.Equal("Target: 80, Publish: 18099", (string?)shown["Ports"]![0]);
        Assert.Null((await api.GetAsync("/networks/shown"))["Services"]);
        Assert.DoesNotContain("shown", (await api.GetAsync("/networks?filters=%7B%22dangling%22:%5B%22true%22%5D%7D")).AsArray().Select(one => (string?)one!["Name"]));
    }

    [Theory]
    [InlineData("connect", 403)]
    [InlineData("disconnect", 403)]
    public async Task Nothing_is_connected_by_hand(string word, int status)
    {
        await CreateAsync($"hand-{word}");
        var (answer, body) = await api.SendAsync(HttpMethod.Post, $"/networks/hand-{word}/{word}", """{"Container":"x"}""");
        Assert.Equal((status, true), ((int)answer, ((string?)body!["message"])!.Contains("orch service update --network-", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.NotFound, (await api.SendAsync(HttpMethod.Post, $"/networks/nope/{word}", "{}")).Status);
    }

    [Fact]
    public async Task A_service_without_a_name_is_given_one()
    {
        var (status, body) = await api.SendAsync(HttpMethod.Post, "/services/create", ApiHost.Spec(""));
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Matches("^[a-z]+_[a-z]+_[0-9]{3}$", (string?)(await api.GetAsync($"/services/{body!["ID"]}"))["Spec"]!["Name"]);
    }

    [Theory]
    [InlineData("/containers/json", "[]")]
    [InlineData("/images/json", "[]")]
    [InlineData("/plugins", "[]")]
    [InlineData("/volumes", """{"Volumes":[],"Warnings":null}""")]
    public async Task What_only_engines_have_is_listed_as_empty(string path, string body) =>
        Assert.Equal(body, (await api.GetAsync(path)).ToJsonString());
}
