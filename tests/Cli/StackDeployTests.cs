using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orch.Cli.Http;
using Orch.Cli.Parsing;
using Orch.Tests.Cli.Fakes;

namespace Orch.Tests.Cli;

public sealed class StackDeployTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("orch-stack").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private string File(string text)
    {
        var path = Path.Combine(_folder, "stack.yml");
        System.IO.File.WriteAllText(path, text);
        return path;
    }

    private static FakeAnswer Empty(FakeRequest request) =>
        request is { Method: "GET", Path: "/networks" } ? new(200, """[{"Name":"shop_default","Id":"net0","Driver":"overlay","Internal":false}]""")
        : request.Method == "GET" ? new(200, "[]") : new(201, """{"ID":"n1"}""");

    private static IEnumerable<FakeRequest> Writes(FakeManager manager) => manager.Requests.Where(request => request.Method != "GET");

    private static string Web(int version, string more) => $$"""
        {"ID":"s1","Version":{"Index":{{version}}},"Spec":{"Name":"shop_web","Labels":{"com.docker.stack.namespace":"shop"},
          "TaskTemplate":{"ContainerSpec":{"Image":"busybox:latest@sha256:d1"} },{{more}} } }
        """;

    [Theory]
    [InlineData("image: \"busybox\\r\\nX-Evil: 1\"", ":3:12: services.web.image is no name of an image")]
    [InlineData("image: busybox\n    secrets: [key]\n    deploy: {placement: {constraints: [node.role]}}", ":2:3: services.web: ")]
    public void What_a_manager_would_refuse_is_refused_before_anything_is_sent(string web, string place)
    {
        using var manager = new FakeManager(Empty);
        foreach (var dry in new[] { "--dry-run", "--quiet" })
        {
            var outcome = Run.Orch(manager, "stack", "deploy", dry, "-c", File($"services:\n  web:\n    {web}\nsecrets: {{key: {{content: k}}}}\n"), "shop");
            Assert.Equal(1, outcome.ExitCode);
            Assert.Contains(place, outcome.Err, StringComparison.Ordinal);
        }
        Assert.Empty(manager.Requests);
        Assert.Empty(manager.AskedOfRegistries);
    }

    [Theory]
    [InlineData("/a b")]
    [InlineData("/a\r\nX: y")]
    [InlineData("/a\u007f")]
    public void No_request_is_made_of_a_path_with_a_blank_or_a_control_character(string path)
    {
        var sent = new MemoryStream();
        using var connection = new HttpConnection(sent);
        Assert.Throws<CommandException>(() => connection.Send("GET", path, "h", []));
        Assert.Equal(0, sent.Length);
    }

    [Fact]
    public void Another_mode_is_refused_before_anything_is_sent()
    {
        using var manager = new FakeManager(request => request.Path.StartsWith("/services", StringComparison.Ordinal)
            ? new(200, $"[{Web(3, "\"Mode\":{\"Global\":{}}")}]") : Empty(request));
        var outcome = Run.Orch(manager, "stack", "deploy", "-c",
            File("services:\n  web: {image: busybox, secrets: [key]}\nsecrets: {key: {content: k}}\n"), "shop");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains(":2:3: services.web: deploy.mode cannot change from global to replicated", outcome.Err, StringComparison.Ordinal);
        Assert.Empty(Writes(manager));
    }

    [Fact]
    public void Images_are_pinned_with_their_platforms_and_the_logins_of_docker()
    {
        System.IO.File.WriteAllText(Path.Combine(_folder, "config.json"), """{"auths":{"reg:5000":{"auth":"dTpw"}}}""");
        using var manager = new FakeManager(Empty)
        {
            Registry = _ => new(200, """{"Descriptor":{"digest":"sha256:d2"},"Platforms":[{"architecture":"arm64","os":"linux"}]}"""),
        };
        var outcome = Run.Orch(manager, new Dictionary<string, string> { ["DOCKER_CONFIG"] = _folder }, "stack", "deploy", "--with-registry-auth", "-c",
            File("services:\n  web: {image: 'reg:5000/app'}\n"), "shop");

        Assert.Equal(0, outcome.ExitCode);
        var (asked, created) = (Assert.Single(manager.AskedOfRegistries), Assert.Single(Writes(manager)));
        Assert.Equal("/distribution/reg%3A5000/app%3Alatest/json", asked.Path);
        var template = JsonDocument.Parse(created.Body).RootElement.GetProperty("TaskTemplate");
        Assert.Equal("reg:5000/app:latest@sha256:d2", template.GetProperty("ContainerSpec").GetProperty("Image").GetString());
        Assert.Equal("arm64", template.GetProperty("Placement").GetProperty("Platforms")[0].GetProperty("Architecture").GetString());
        Assert.NotNull(asked.RegistryAuth);
        Assert.Equal(asked.RegistryAuth, created.RegistryAuth);
    }

    [Fact]
    public void Registries_are_asked_at_the_same_time()
    {
        using var both = new Barrier(2);
        var met = 0;
        using var manager = new FakeManager(Empty)
        {
            Registry = _ =>
            {
                if (both.SignalAndWait(TimeSpan.FromSeconds(60)))
                    Interlocked.Increment(ref met);
                return new(500, """{"message":"no such host"}""");
            },
        };
        var outcome = Run.Orch(manager, "stack", "diff", "-c", File("services:\n  a: {image: a}\n  b: {image: b}\n"), "shop");

        Assert.Equal((2, 2), (outcome.ExitCode, met));
    }

    [Fact]
    public void A_diff_asks_no_registry_that_it_is_told_not_to()
    {
        using var manager = new FakeManager(Empty);
        var outcome = Run.Orch(manager, "stack", "diff", "--resolve-image", "never", "-c", File("services:\n  a: {image: a}\n"), "shop");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Empty(manager.AskedOfRegistries);
    }

    [Fact]
    public void A_service_that_changed_meanwhile_is_compared_once_more()
    {
        using var manager = new FakeManager(request => request switch
        {
            { Method: "GET", Path: "/services/s1" } => new(200, Web(9, "\"Mode\":{\"Replicated\":{\"Replicas\":5}}")),
            { Method: "GET" } when request.Path.StartsWith("/services", StringComparison.Ordinal) =>
                new(200, $"[{Web(3, "\"Mode\":{\"Replicated\":{\"Replicas\":1}}")}]"),
            { Method: "POST" } => request.Path.Contains("version=9", StringComparison.Ordinal)
                ? new(200, "{}") : new(500, """{"message":"update out of sequence"}"""),
            _ => Empty(request),
        });
        var outcome = Run.Orch(manager, "stack", "deploy", "-c", File("services:\n  web: {image: busybox, deploy: {replicas: 2}}\n"), "shop");

        Assert.Equal(0, outcome.ExitCode);
        Assert.DoesNotContain("out of sequence", outcome.Err, StringComparison.Ordinal);
        Assert.Equal(["version=3", "version=9"], Writes(manager).Select(request => request.Path[request.Path.IndexOf("version", StringComparison.Ordinal)..]));
    }

    [Fact]
    public void Changed_labels_of_a_config_are_shown_and_sent()
    {
        var mark = Convert.ToHexStringLower(SHA256.HashData([.. Encoding.UTF8.GetBytes("shop\0settings\0\0"), .. "on"u8])[..5]);
        using var manager = new FakeManager(request => request switch
        {
            { Method: "GET" } when request.Path.StartsWith("/configs", StringComparison.Ordinal) => new(200, $$"""
                [{"ID":"c1","Version":{"Index":7},"Spec":{"Name":"fixed","Data":"b24=",
                  "Labels":{"com.docker.stack.namespace":"shop","orch.stack.content":"{{mark}}","tier":"old"} } }]
                """),
            _ => Empty(request),
        });
        var file = File("services:\n  web: {image: busybox, configs: [settings]}\nconfigs: {settings: {content: 'on', name: fixed, labels: {tier: new}}}\n");
        var diff = Run.Orch(manager, "stack", "diff", "-c", file, "shop");
        Assert.Contains("~ config fixed: its labels change\n    labels.tier: old → new\n", diff.Out, StringComparison.Ordinal);
        Assert.Empty(Writes(manager));

        Assert.Equal(0, Run.Orch(manager, "stack", "deploy", "-c", file, "shop").ExitCode);
        var update = Writes(manager).First();
        Assert.Equal("/configs/c1/update?version=7", update.Path);
        var spec = JsonDocument.Parse(update.Body).RootElement;
        Assert.Equal(("fixed", "b24=", "new"), (spec.GetProperty("Name").GetString(), spec.GetProperty("Data").GetString(),
            spec.GetProperty("Labels").GetProperty("tier").GetString()));
    }

    [Fact]
    public void A_removal_goes_on_after_what_is_refused_and_says_so_at_the_end()
    {
        using var manager = new FakeManager(request => request switch
        {
            { Method: "GET" } when request.Path.StartsWith("/services", StringComparison.Ordinal) => new(200, $"[{Web(3, "\"Mode\":{}")}]"),
            { Method: "GET" } when request.Path.StartsWith("/secrets", StringComparison.Ordinal) => new(200, """
                [{"ID":"k1","Spec":{"Name":"used","Labels":{"com.docker.stack.namespace":"shop"}}},
                 {"ID":"k2","Spec":{"Name":"gone","Labels":{"com.docker.stack.namespace":"shop"}}},
                 {"ID":"k3","Spec":{"Name":"last","Labels":{"com.docker.stack.namespace":"shop"}}}]
                """),
            { Path: "/services/s1" or "/secrets/k1" } => new(400, """{"message":"it is in use"}"""),
            { Path: "/secrets/k2" } => new(404, """{"message":"not found"}"""),
            { Method: "DELETE" } => new(204, ""),
            _ => Empty(request),
        });
        var outcome = Run.Orch(manager, "stack", "rm", "shop");

        Assert.Equal(1, outcome.ExitCode);
        Assert.Equal(["/services/s1", "/secrets/k2", "/secrets/k3", "/secrets/k1"],
            Writes(manager).Select(request => request.Path).OrderBy(path => path == "/secrets/k1" ? 1 : 0));
        Assert.Equal("service shop_web: Error response from manager: it is in use\nsecret used: Error response from manager: it is in use\n", outcome.Err);
    }
}
