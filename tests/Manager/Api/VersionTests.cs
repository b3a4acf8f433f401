using System.Net;

namespace Orch.Tests.Manager.Api;

public sealed class VersionTests(ApiHost api) : IClassFixture<ApiHost>
{
    [Theory]
    [InlineData("/_ping")]
    [InlineData("/v1.24/_ping")]
    [InlineData("/v1.41/_ping")]
    [InlineData("/v1.44/_ping")]
    [InlineData("/v1.50/_ping")]
    [InlineData("/v1.51/_ping")]
    public async Task Ping_answers_under_every_version_with_the_headers_that_clients_read(string path)
    {
        using var answer = await api.Http.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("OK", await answer.Content.ReadAsStringAsync());
        Assert.Equal("1.51", answer.Headers.GetValues("Api-Version").Single());
        Assert.Equal("linux", answer.Headers.GetValues("Ostype").Single());
        Assert.Equal("false", answer.Headers.GetValues("Docker-Experimental").Single());
        Assert.Equal("active/manager", answer.Headers.GetValues("Swarm").Single());
        Assert.Matches(@"^Docker/.+ \(linux\)$", string.Join(' ', answer.Headers.GetValues("Server")));
    }

    [Fact]
    public async Task Ping_by_HEAD_has_no_body()
    {
        using var answer = await api.Http.SendAsync(new(HttpMethod.Head, "/_ping"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, answer.Content.Headers.ContentLength);
    }

    [Theory]
    [InlineData("/v1.52/services", "client version 1.52 is too new. Maximum supported API version is 1.51")]
    [InlineData("/v2.0/services", "client version 2.0 is too new. Maximum supported API version is 1.51")]
    [InlineData("/v1.23/services",
        "client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version")]
    [InlineData("/v1/services",
        "client version 1 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version")]
    public async Task A_version_outside_the_range_is_refused_with_Dockers_text(string path, string message)
    {
        var (status, body) = await api.SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(message, (string?)body!["message"]);
    }

    [Theory]
    [InlineData("GET", "/nosuch")]
    [InlineData("GET", "/v1.41/nosuch")]
    [InlineData("GET", "/vX/version")]
    [InlineData("GET", "/v1.41")]
    [InlineData("GET", "/v1..4/version")]
    [InlineData("GET", "/v1.41/services/")]
    [InlineData("PUT", "/v1.41/services")]
    [InlineData("DELETE", "/version")]
    [InlineData("GET", "/containers/x/json")]
    public async Task An_unknown_path_or_method_is_a_404_and_never_a_405(string method, string path)
    {
        using var answer = await api.Http.SendAsync(new(new HttpMethod(method), path));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("""{"message":"page not found"}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.True(answer.Headers.Contains("Api-Version"));
    }

    [Fact]
    public async Task Version_shows_the_same_in_its_component_as_in_its_flat_fields()
    {
        var version = await api.GetAsync("/version");
        var details = version["Components"]![0]!["Details"]!;
        Assert.Equal("1.51", (string?)version["ApiVersion"]);
        Assert.Equal("1.24", (string?)details["MinAPIVersion"]);
        Assert.Equal((string?)version["KernelVersion"], (string?)details["KernelVersion"]);
        Assert.Equal("false", (string?)details["Experimental"]);
    }

    [Fact]
    public async Task Health_says_why_it_is_not_well()
    {
        Assert.Equal(HttpStatusCode.OK, (await api.Http.GetAsync("/healthz")).StatusCode);
        api.Unhealthy = "the log's disk is full";
        try
        {
            var (status, body) = await api.SendAsync(HttpMethod.Get, "/healthz");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
            Assert.Equal("the log's disk is full", (string?)body!["message"]);
        }
        finally
        {
            api.Unhealthy = null;
        }
    }
}
