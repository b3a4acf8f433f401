using System.Net;
using System.Text.Json.Nodes;

namespace Orch.Tests.Manager.Api;

/// <summary>/secrets and /configs as Docker answers them, and the new content that only orch has.</summary>
public sealed class FileTests(ApiHost api) : IClassFixture<ApiHost>
{
    private const string Canary = "Y2FuYXJ5LXZhbHVl";

    private async Task<string> CreateAsync(string kind, string name, string data = Canary, string more = "")
    {
        var (status, body) = await api.SendAsync(HttpMethod.Post, $"/v1.50/{kind}/create", $"{{\"Name\":\"{name}\",\"Data\":\"{data}\"{more}}}");
        Assert.True(status == HttpStatusCode.Created, $"{status} {body}");
        Assert.Equal(["ID"], body!.AsObject().Select(member => member.Key));
        return (string)body!["ID"]!;
    }

    [Theory]
    [InlineData("secrets")]
    [InlineData("configs")]
    public async Task What_was_created_is_read_back_at_once_and_only_configs_show_their_data(string kind)
    {
        var id = await CreateAsync(kind, "read", more: ""","Labels":{"a":"1"},"Templating":{"Name":"golang"}""");
        foreach (var reference in new[] { id, "read", id[..20] })
        {
            var file = await api.GetAsync($"/v1.41/{kind}/{reference}");
            Assert.Equal(["ID", "Version", "CreatedAt", "UpdatedAt", "Spec"], file.AsObject().Select(member => member.Key));
            var data = kind == "configs" ? $"\"Data\":\"{Canary}\"," : "";
            Assert.True(JsonNode.DeepEquals(file["Spec"], JsonNode.Parse(
                $$$"""{"Name":"read","Labels":{"a":"1"},{{{data}}}"Templating":{"Name":"golang"}}""")), file.ToJsonString());
        }
    }

    [Theory]
    [InlineData("secrets", "secret")]
    [InlineData("configs", "config")]
    public async Task Labels_are_updated_by_version_and_nothing_else_is(string kind, string word)
    {
        var id = await CreateAsync(kind, "labels");
        var version = (await api.GetAsync($"/{kind}/labels"))["Version"]!["Index"]!;
        var path = $"/{kind}/{id}/update?version=";
        var (status, body) = await api.SendAsync(HttpMethod.Post, path + 1, """{"Name":"labels","Labels":{"a":"b"}}""");
        Assert.Equal((HttpStatusCode.InternalServerError, "update out of sequence"), (status, (string?)body!["message"]));
        (status, body) = await api.SendAsync(HttpMethod.Post, path + version, """{"Name":"labels","Labels":{"a":"b"},"Data":"eQ=="}""");
        Assert.Equal((HttpStatusCode.BadRequest, "only updates to Labels are allowed"), (status, (string?)body!["message"]));
        (status, body) = await api.SendAsync(HttpMethod.Post, path, """{"Name":"labels"}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith($"invalid {word} version ''", (string?)body!["message"], StringComparison.Ordinal);
        (status, body) = await api.SendAsync(HttpMethod.Post, path + version, $$$"""{"Name":"labels","Labels":{"a":"b"},"Data":"{{{Canary}}}"}""");
        Assert.Equal((HttpStatusCode.OK, null), (status, body));
        Assert.Equal("""{"a":"b"}""", (await api.GetAsync($"/{kind}/{id}"))["Spec"]!["Labels"]!.ToJsonString());
    }

    [Fact]
    public async Task Lists_are_filtered_by_id_name_exact_names_and_labels()
    {
        var id = await CreateAsync("secrets", "filter-a", more: ""","Labels":{"team":"x"}""");
        await CreateAsync("secrets", "filter-ab");
        await CreateAsync("configs", "filter-a");
        async Task<string> Names(string filter) => string.Join(' ', (await api.GetAsync("/secrets?filters=" + Uri.EscapeDataString(filter)))
            .AsArray().Select(file => (string?)file!["Spec"]!["Name"]).Order());
        Assert.Equal("filter-a filter-ab", await Names("""{"name":{"filter-a":true}}"""));
        Assert.Equal("filter-a", await Names("""{"names":["filter-a"]}"""));
        Assert.Equal("filter-a", await Names("""{"label":["team=x"]}"""));
        Assert.Equal("filter-a", await Names($$"""{"id":["{{id[..20]}}"]}"""));
        Assert.Equal("", await Names("""{"id":["x"]}"""));
        var (status, body) = await api.SendAsync(HttpMethod.Get, """/secrets?filters={"driver":["x"]}""");
        Assert.Equal((HttpStatusCode.BadRequest, "Invalid filter 'driver'"), (status, (string?)body!["message"]));
    }

    [Theory]
    [InlineData("""{"Name":"rs"}""", 400, "secret data must be larger than 0 and less than 512000 bytes")]
    [InlineData("""{"Name":"","Data":"eA=="}""", 400, "name must be provided")]
    [InlineData("""{"Name":"a/b","Data":"eA=="}""", 400,
        "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]")]
    [InlineData("""{"Name":"rs","Driver":{"Name":"nosuch"}}""", 400, "plugin \"nosuch\" not found")]
    [InlineData("", 400, "got EOF while reading request body")]
    public async Task A_create_that_cannot_be_is_refused_with_Dockers_text(string body, int status, string message)
    {
        var (actual, answer) = await api.SendAsync(HttpMethod.Post, "/secrets/create", body);
        Assert.Equal((status, message), ((int)actual, (string?)answer!["message"]));
    }

    [Fact]
    public async Task Data_that_is_not_base64_is_refused_without_repeating_it()
    {
        var (status, answer) = await api.SendAsync(HttpMethod.Post, "/secrets/create", """{"Name":"rs","Data":"#canary#"}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.DoesNotContain("canary", (string?)answer!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_name_is_a_conflict_and_what_is_used_stays()
    {
        var id = await CreateAsync("secrets", "used");
        var (status, body) = await api.SendAsync(HttpMethod.Post, "/secrets/create", """{"Name":"used","Data":"eA=="}""");
        Assert.Equal((HttpStatusCode.Conflict, "secret used already exists"), (status, (string?)body!["message"]));
        var reference = $$$"""{"SecretID":"{{{id}}}","SecretName":"used","File":{"Name":"used","UID":"0","GID":"0","Mode":292}}""";
        (status, body) = await api.SendAsync(HttpMethod.Post, "/services/create",
            "{\"Name\":\"user\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"busybox\",\"Secrets\":[" + reference + "]}}}");
        Assert.True(status == HttpStatusCode.Created, body?.ToJsonString());
        (status, body) = await api.SendAsync(HttpMethod.Delete, "/secrets/used");
        Assert.Equal((HttpStatusCode.BadRequest, "secret 'used' is in use by the following service: user"), (status, (string?)body!["message"]));
        await api.SendAsync(HttpMethod.Delete, "/services/user");
        (status, body) = await api.SendAsync(HttpMethod.Delete, "/secrets/used");
        Assert.Equal((HttpStatusCode.NoContent, null), (status, body));
        (status, body) = await api.SendAsync(HttpMethod.Delete, "/secrets/used");
        Assert.Equal((HttpStatusCode.NotFound, "secret used not found"), (status, (string?)body!["message"]));
    }

    [Fact]
    public async Task New_content_takes_the_name_over_and_says_which_services_follow()
    {
        var id = await CreateAsync("configs", "rolled", "b25l");
        var reference = $$$"""{"ConfigID":"{{{id}}}","ConfigName":"rolled","File":{"Name":"/etc/x","UID":"0","GID":"0","Mode":292}}""";
        var (_, service) = await api.SendAsync(HttpMethod.Post, "/services/create",
            "{\"Name\":\"follower\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"busybox\",\"Configs\":[" + reference + "]}}}");
        var version = (await api.GetAsync("/configs/rolled"))["Version"]!["Index"];
        var (status, body) = await api.SendAsync(HttpMethod.Post, $"/orch/v1/configs/rolled/replace?version={version}", """{"Data":"dHdv"}""");
        Assert.True(status == HttpStatusCode.OK, body?.ToJsonString());
        Assert.Equal((string?)service!["ID"], (string?)Assert.Single(body!["Services"]!.AsArray()));
        Assert.Equal("dHdv", (string?)(await api.GetAsync("/configs/rolled"))["Spec"]!["Data"]);
        Assert.Equal(id, (string?)(await api.GetAsync("/configs/rolled.v1"))["ID"]);
        var spec = (await api.GetAsync("/services/follower"))["Spec"]!;
        var followed = spec["TaskTemplate"]!["ContainerSpec"]!["Configs"]![0]!;
        Assert.Equal(((string?)body["ID"], "rolled"), ((string?)followed["ConfigID"], (string?)followed["ConfigName"]));
    }
}
