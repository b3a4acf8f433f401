using System.Net;
using System.Text.Json.Nodes;

namespace Orch.Tests.Manager.Api;

public sealed class ServiceTests(ApiHost api) : IClassFixture<ApiHost>
{
    private static string[] Members(JsonNode node) => [.. node.AsObject().Select(member => member.Key)];

    [Fact]
    public async Task A_created_service_is_read_back_with_Dockers_members_and_additions_only()
    {
        var (status, created) = await api.SendAsync(HttpMethod.Post, "/v1.41/services/create",
            """
            {"Name":"min","Labels":{},"TaskTemplate":{"ContainerSpec":{"Image":"busybox:latest","Args":["sleep","10000"],
            "Init":false,"DNSConfig":{}},"Resources":{"Limits":{},"Reservations":{}},"Placement":{},"ForceUpdate":0},
            "Mode":{"Replicated":{}},"EndpointSpec":{"Mode":"vip"}}
            """);
        Assert.Equal(HttpStatusCode.Created, status);
        Assert.Equal(["ID"], Members(created!));

        var service = await api.GetAsync("/v1.41/services/min?insertDefaults=false");
        Assert.Equal(["ID", "Version", "CreatedAt", "UpdatedAt", "Spec", "Endpoint"], Members(service));
        Assert.Equal("""{"Spec":{}}""", service["Endpoint"]!.ToJsonString());
        Assert.True(JsonNode.DeepEquals(service["Spec"], JsonNode.Parse(
            """
            {"Name":"min","Labels":{},"TaskTemplate":{"ContainerSpec":{"Image":"busybox:latest","Args":["sleep","10000"],
            "Init":false,"DNSConfig":{},"Isolation":"default"},"Resources":{"Limits":{},"Reservations":{}},"Placement":{},
            "ForceUpdate":0,"Runtime":"container"},"Mode":{"Replicated":{"Replicas":1}},"EndpointSpec":{"Mode":"vip"}}
            """)), service["Spec"]!.ToJsonString());
    }

    [Fact]
    public async Task Defaults_are_shown_only_to_those_who_ask()
    {
        await api.CreateAsync("defaults");
        var plain = (await api.GetAsync("/services/defaults"))["Spec"]!;
        Assert.Null(plain["UpdateConfig"]);
        var full = (await api.GetAsync("/services/defaults?insertDefaults=true"))["Spec"]!;
        Assert.Equal(10_000_000_000, (long)full["TaskTemplate"]!["ContainerSpec"]!["StopGracePeriod"]!);
        Assert.Equal("any", (string?)full["TaskTemplate"]!["RestartPolicy"]!["Condition"]);
        Assert.Equal(
            """{"Parallelism":1,"FailureAction":"pause","Monitor":5000000000,"MaxFailureRatio":0,"Order":"stop-first"}""",
            full["UpdateConfig"]!.ToJsonString());
    }

    [Fact]
    public async Task Nulls_are_accepted_anywhere_and_unknown_members_come_back()
    {
        var (status, _) = await api.SendAsync(HttpMethod.Post, "/services/create",
            """
            {"Name":"nulls","Labels":null,"TaskTemplate":{"ContainerSpec":{"Image":"busybox","Env":null,"NewThing":{"a":[1]}},
            "ForceUpdate":null,"Resources":null},"Mode":null,"EndpointSpec":null}
            """);
        Assert.Equal(HttpStatusCode.Created, status);
        var spec = (await api.GetAsync("/services/nulls"))["Spec"]!;
        Assert.Equal("{}", spec["Labels"]!.ToJsonString());
        Assert.Equal("""{"a":[1]}""", spec["TaskTemplate"]!["ContainerSpec"]!["NewThing"]!.ToJsonString());
    }

    [Fact]
    public async Task An_update_needs_the_newest_version_and_its_spec_can_be_rolled_back()
    {
        var id = await api.CreateAsync("changing");
        var first = await api.GetAsync("/services/changing");
        var spec = first["Spec"]!;
        spec["TaskTemplate"]!["ContainerSpec"]!["Image"] = "busybox:2";
        var path = $"/services/{id}/update?version={first["Version"]!["Index"]}";
        var (status, answer) = await api.SendAsync(HttpMethod.Post, path, spec.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("""{"Warnings":null}""", answer!.ToJsonString());

        (status, answer) = await api.SendAsync(HttpMethod.Post, path, spec.ToJsonString());
        Assert.Equal(HttpStatusCode.InternalServerError, status);
        Assert.Contains("update out of sequence", (string?)answer!["message"], StringComparison.Ordinal);

        var second = await api.GetAsync("/services/changing");
        Assert.Equal("busybox:latest", (string?)second["PreviousSpec"]!["TaskTemplate"]!["ContainerSpec"]!["Image"]);
        Assert.Contains((string?)second["UpdateStatus"]!["State"], new[] { "updating", "completed" });
        (status, _) = await api.SendAsync(HttpMethod.Post,
            $"/services/{id}/update?rollback=previous&version={second["Version"]!["Index"]}", spec.ToJsonString());
        Assert.Equal(HttpStatusCode.OK, status);
        var third = await api.GetAsync("/services/changing");
        Assert.Equal("busybox:latest", (string?)third["Spec"]!["TaskTemplate"]!["ContainerSpec"]!["Image"]);
    }

    [Fact]
    public async Task Lists_are_filtered_by_both_forms_of_filters()
    {
        var id = await api.CreateAsync("filtered", ""","Labels":{"team":"a"},"Mode":{"Global":{}}""");
        await api.CreateAsync("other");
        foreach (var filter in new[]
        {
            """{"name":{"filt":true}}""", """{"name":["filt"]}""", "{\"id\":[\"" + id[..6] + "\",\"zzz\"],\"name\":[\"filtered\"]}",
            """{"label":["team"]}""", """{"label":["team=a"]}""", """{"mode":["global"],"name":["filtered"]}""",
            """{"label":{"team":true},"runtime":{"container":true}}""",
        })
        {
            var list = (await api.GetAsync("/services?filters=" + Uri.EscapeDataString(filter))).AsArray();
            Assert.True(list.Count == 1 && (string?)list[0]!["ID"] == id, $"{filter}: {list.ToJsonString()}");
        }
        foreach (var filter in new[] { """{"label":["team=b"]}""", """{"label":["team","x"]}""", """{"runtime":["plugin"]}""" })
            Assert.Empty((await api.GetAsync("/services?filters=" + Uri.EscapeDataString(filter))).AsArray());
    }

    [Fact]
    public async Task Status_is_counted_only_when_asked_for_and_then_has_all_three_numbers()
    {
        await api.CreateAsync("counted", ""","Mode":{"Replicated":{"Replicas":3}}""");
        var filter = Uri.EscapeDataString("""{"name":["counted"]}""");
        Assert.Null((await api.GetAsync($"/services?filters={filter}"))[0]!["ServiceStatus"]);
        var counted = (await api.GetAsync($"/services?status=true&filters={filter}"))[0]!;
        Assert.Equal("""{"RunningTasks":0,"DesiredTasks":3,"CompletedTasks":0}""", counted["ServiceStatus"]!.ToJsonString());
    }

    [Fact]
    public async Task A_removed_service_is_gone_and_the_answer_is_empty()
    {
        var id = await api.CreateAsync("leaving");
        using var answer = await api.Http.DeleteAsync("/services/leaving");
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0, answer.Content.Headers.ContentLength);
        var (status, body) = await api.SendAsync(HttpMethod.Get, "/services/" + id);
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Equal($"service {id} not found", (string?)body!["message"]);
    }
}
