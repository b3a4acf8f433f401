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
            ,"Attachable":true,"Labels":{"a":"b"},"IPAM":{"Driver":"default","Config":[{"Subnet":"10.9.0.0/24","Gateway":"10.9.0.5"}]}
            """);
        foreach (var reference in new[] { id, "front", id[..20] })
        {
            var network = await api.GetAsync($"/networks/{reference}?scope=swarm");
            Assert.Equal(("front", id, "swarm", "overlay", true),
                ((string)network["Name"]!, (string)network["Id"]!, (string)network["Scope"]!, (string)network["Driver"]!, (bool)network["Attachable"]!));
            Assert.Equal("""[{"Subnet":"10.9.0.0/24","Gateway":"10.9.0.5"}]""", network["IPAM"]!["Config"]!.ToJsonString());
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
