using System.Net;
using System.Text;
using Orch.Manager.Writing;

namespace Orch.Tests.Manager.Api;

/// <summary>Statuses and texts that clients and scripts match on.</summary>
public sealed class ErrorTests(ApiHost api) : IClassFixture<ApiHost>
{
    private static string Spec(string rest) => "{\"Name\":\"bad\",\"TaskTemplate\":{\"ContainerSpec\":{\"Image\":\"busybox\"" + rest + "}";

    public static TheoryData<string, int, string> Creates => new()
    {
        { "", 400, "got EOF while reading request body" },
        { " \n", 400, "got EOF while reading request body" },
        { """{"Name":"a.b","TaskTemplate":{"ContainerSpec":{"Image":"x"}}}""", 400, "name must be valid as a DNS name component" },
        { """{"Name":"x"}""", 400, "mismatched Runtime and *Spec fields" },
        { """{"Name":"x","TaskTemplate":{"ContainerSpec":{"Image":"Bad:x:y"}}}""", 400,
            "ContainerSpec: \"Bad:x:y\" is not a valid repository/tag" },
        { Spec("""},"Placement":{"Constraints":["foo"]}}"""), 400, "constraint expected one operator from ==, !=" },
        { Spec("""},"Resources":{"Limits":{"MemoryBytes":1000}}}"""), 400, "invalid memory value 1000: Must be at least 4MiB" },
        { Spec("""},"Resources":{"Limits":{"NanoCPUs":100000}}}"""), 400, "invalid cpu value 0.0001: Must be at least 0.001" },
        { Spec("""},"RestartPolicy":{"Condition":"x"}}"""), 400, "invalid RestartCondition: \"x\"" },
        { Spec("""}},"UpdateConfig":{"MaxFailureRatio":2}"""), 400,
            "TaskSpec: update-maxfailureratio cannot be less than 0 or bigger than 1" },
        { Spec("""}},"UpdateConfig":{"Order":"x"}"""), 400, "unrecognized update order x" },
        { Spec("""}},"EndpointSpec":{"Mode":"dnsrr","Ports":[{"TargetPort":80,"PublishMode":"ingress"}]}"""), 400,
            "EndpointSpec: port published with ingress mode can't be used with dnsrr mode" },
        { Spec(""","Mounts":[{"Type":"cluster","Target":"/x"}]}}"""), 400, "invalid MountType: \"cluster\"" },
        { Spec(""","Mounts":[{"Type":"volume","Target":"/x"},{"Type":"volume","Target":"/x"}]}}"""), 400,
            "ContainerSpec: duplicate mount point: /x" },
        { Spec(""","Env":[null]}}"""), 400, "the request body is not what was expected: null is not an element of a list" },
    };

    [Theory]
    [MemberData(nameof(Creates))]
    public async Task A_create_that_cannot_be_is_refused_with_Dockers_text(string body, int status, string message)
    {
        var (actual, answer) = await api.SendAsync(HttpMethod.Post, "/v1.50/services/create", body);
        Assert.Equal(message, (string?)answer!["message"]);
        Assert.Equal(status, (int)actual);
    }

    [Theory]
    [InlineData("notjson")]
    [InlineData("{}")]
    [InlineData("""{"Name":null}""")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("3")]
    [InlineData("{} trailing")]
    [InlineData("""{"Name":7}""")]
    [InlineData("""{"Name":"a","Labels":[]}""")]
    [InlineData("""{"Name":"a","Other":"\ud800"}""")]
    [InlineData("""{"Name":"a","TaskTemplate":{"ForceUpdate":-1}}""")]
    [InlineData("""{"Name":"a","TaskTemplate":{"ForceUpdate":1e99}}""")]
    public async Task Garbage_is_a_400_with_a_message(string body)
    {
        var (status, answer) = await api.SendAsync(HttpMethod.Post, "/services/create", body);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.NotEqual("", (string?)answer!["message"]);
    }

    [Fact]
    public async Task A_body_nested_too_deep_is_refused_and_the_manager_goes_on()
    {
        var deep = string.Concat(Enumerable.Repeat("""{"a":""", 100_000));
        var (status, _) = await api.SendAsync(HttpMethod.Post, "/services/create", deep);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(HttpStatusCode.OK, (await api.Http.GetAsync("/_ping")).StatusCode);
    }

    [Theory]
    [InlineData("\"CAConfig\":{\"ForceRotate\":1}", "rotating the cluster's CA")]
    [InlineData("\"CAConfig\":{\"ExternalCAs\":[{\"Protocol\":\"cfssl\"}]}", "an external CA")]
    [InlineData("\"CAConfig\":{\"NodeCertExpiry\":7200000000000}", "another life time of node certificates")]
    [InlineData("\"Raft\":{\"KeepOldSnapshots\":3}", "keeping old snapshots")]
    [InlineData("\"EncryptionConfig\":{\"AutoLockManagers\":true}", "auto-lock")]
    [InlineData("\"Labels\":{\"a\":\"b\"}", "labels of the cluster")]
    public async Task A_setting_of_swarms_that_this_cluster_does_not_have_is_refused_not_dropped(string setting, string what)
    {
        var version = api.Store.Current.Cluster!.Version;
        var (status, answer) = await api.SendAsync(HttpMethod.Post, $"/swarm/update?version={version}", $"{{\"Name\":\"default\",{setting}}}");
        Assert.Equal((HttpStatusCode.NotImplemented, $"{what} is not supported by this version of orch"), (status, (string?)answer!["message"]));
        Assert.Equal(version, api.Store.Current.Cluster!.Version);
    }

    [Theory]
    [InlineData("GET", "/services/nosuch", 404, "service nosuch not found")]
    [InlineData("GET", "/services/SELF%20x", 404, "service SELF x not found")]
    [InlineData("DELETE", "/services/nosuch", 404, "service nosuch not found")]
    [InlineData("GET", "/tasks/nosuch", 404, "task nosuch not found")]
    [InlineData("GET", "/nodes/self", 404, "node self not found")]
    [InlineData("DELETE", "/nodes/nosuch", 404, "node nosuch not found")]
    [InlineData("GET", "/secrets/nosuch", 404, "secret nosuch not found")]
    [InlineData("GET", "/networks/nosuch?scope=swarm", 404, "network nosuch not found")]
    [InlineData("POST", "/services/x/update", 400, "invalid service version '': strconv.ParseUint: parsing \"\": invalid syntax")]
    [InlineData("POST", "/services/x/update?version=abc", 400,
        "invalid service version 'abc': strconv.ParseUint: parsing \"abc\": invalid syntax")]
    [InlineData("POST", "/services/x/update?version=1&rollback=bogus", 500, "unrecognized rollback option bogus")]
    [InlineData("GET", "/services?filters={\"foo\":[\"x\"]}", 400, "Invalid filter 'foo'")]
    [InlineData("GET", "/nodes?filters={\"role\":{\"king\":true}}", 400, "Invalid role filter: 'king'")]
    [InlineData("GET", "/tasks?filters={\"desired-state\":[\"bogus\"]}", 400, "Invalid desired-state filter: 'bogus'")]
    [InlineData("GET", "/tasks?filters={\"service\":[\"nosuch\"]}", 404, "service nosuch not found")]
    [InlineData("GET", "/tasks?filters={\"node\":[\"nosuch\"]}", 404, "node nosuch not found")]
    [InlineData("GET", "/orch/v1/watch?filters={\"type\":[\"x\"]}", 400,
        "Invalid type filter: 'x' (there are service, task and node)")]
    [InlineData("POST", "/swarm/init", 503,
        "This node is already part of a swarm. Use \"docker swarm leave\" to leave this swarm and join another one.")]
    [InlineData("POST", "/swarm/unlock", 409, "swarm is not locked")]
    public async Task Requests_fail_with_the_status_and_text_of_the_catalogue(string method, string path, int status, string message)
    {
        var (actual, answer) = await api.SendAsync(new(method), path);
        Assert.Equal(message, (string?)answer!["message"]);
        Assert.Equal(status, (int)actual);
    }

    [Theory]
    [InlineData("notjson")]
    [InlineData("[]")]
    [InlineData("""{"name":"x"}""")]
    [InlineData("""{"name":[1]}""")]
    public async Task Filters_that_are_no_filters_are_a_400(string filters)
    {
        var (status, answer) = await api.SendAsync(HttpMethod.Get, "/services?filters=" + Uri.EscapeDataString(filters));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.StartsWith("invalid filters: ", (string?)answer!["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_taken_name_is_a_conflict_and_renaming_is_not_supported()
    {
        var id = await api.CreateAsync("taken");
        var (status, answer) = await api.SendAsync(HttpMethod.Post, "/services/create", ApiHost.Spec("taken"));
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Equal("name conflicts with an existing object: service taken already exists", (string?)answer!["message"]);

        var version = (await api.GetAsync("/services/taken"))["Version"]!["Index"];
        (status, answer) = await api.SendAsync(
            HttpMethod.Post, $"/services/{id}/update?version={version}", ApiHost.Spec("renamed"));
        Assert.Equal(HttpStatusCode.NotImplemented, status);
        Assert.Equal("renaming services is not supported", (string?)answer!["message"]);
        (status, answer) = await api.SendAsync(
            HttpMethod.Post, $"/services/{id}/update?rollback=previous&version={version}", ApiHost.Spec("taken"));
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal($"service {id} does not have a previous spec", (string?)answer!["message"]);
    }

    [Fact]
    public async Task Overload_and_lost_leadership_are_503_with_a_time_to_come_back()
    {
        foreach (var fault in new Func<Exception>[] { () => new OverloadedException(), () => new NotLeaderException("elsewhere") })
        {
            api.Fault = fault;
            try
            {
                using var answer = await api.Http.PostAsync("/services/create",
                    new StringContent(ApiHost.Spec("late"), Encoding.UTF8, "application/json"));
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter?.Delta);
            }
            finally
            {
                api.Fault = null;
            }
        }
    }

    [Fact]
    public async Task A_bug_is_a_500_in_JSON_and_not_the_end()
    {
        api.Fault = () => new InvalidOperationException("a bug");
        var (status, answer) = await api.SendAsync(HttpMethod.Post, "/services/create", ApiHost.Spec("bug"));
        api.Fault = null;
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Contains("a bug", (string?)answer!["message"], StringComparison.Ordinal);
    }
}
