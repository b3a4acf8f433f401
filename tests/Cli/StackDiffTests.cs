using System.Text.Json;
using Orch.Tests.Cli.Fakes;

namespace Orch.Tests.Cli;

public sealed class StackDiffTests : IDisposable
{
    private readonly string _file = Path.GetTempFileName();

    public StackDiffTests() => File.WriteAllText(_file, "services:\n  web:\n    image: busybox\n    deploy: {replicas: 2}\n");

    public void Dispose() => File.Delete(_file);

    private static FakeManager Manager(string services) => new(request =>
        new(200, request.Path.Contains("/services", StringComparison.Ordinal) ? services : "[]"));

    [Fact]
    public void What_is_new_is_a_line_of_json_and_the_exit_code_says_so()
    {
        using var manager = Manager("[]");
        var outcome = Run.Orch(manager, "stack", "diff", "-c", _file, "--format", "json", "shop");

        Assert.Equal(2, outcome.ExitCode);
        var lines = outcome.Out.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement).ToList();
        Assert.Contains(lines, line => line.GetProperty("Action").GetString() == "create"
            && line.GetProperty("Kind").GetString() == "service" && line.GetProperty("Name").GetString() == "shop_web");
    }

    [Fact]
    public void A_changed_key_is_told_with_both_values()
    {
        using var manager = Manager("""
            [{"ID":"s1","Version":{"Index":3},"Spec":{"Name":"shop_web","Labels":{"com.docker.stack.namespace":"shop"},
              "TaskTemplate":{"ContainerSpec":{"Image":"nginx"}},"Mode":{"Replicated":{"Replicas":2}}}}]
            """);
        var outcome = Run.Orch(manager, "stack", "diff", "-c", _file, "--format", "json", "shop");

        Assert.Equal(2, outcome.ExitCode);
        var change = outcome.Out.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)
            .Single(line => line.GetProperty("Action").GetString() == "update");
        Assert.True(change.GetProperty("ReplacesTasks").GetBoolean());
        Assert.Equal("its tasks restart (2)", change.GetProperty("Effect").GetString());
        Assert.Contains(change.GetProperty("Keys").EnumerateArray(), key => key.GetProperty("Before").GetString() == "nginx");
    }

    [Fact]
    public void A_dry_run_says_in_json_what_diff_says_and_changes_nothing()
    {
        const string services = """
            [{"ID":"s1","Version":{"Index":3},"Spec":{"Name":"shop_web","Labels":{"com.docker.stack.namespace":"shop"},
              "TaskTemplate":{"ContainerSpec":{"Image":"nginx"}},"Mode":{"Replicated":{"Replicas":2}}}},
             {"ID":"s2","Version":{"Index":4},"Spec":{"Name":"shop_old","Labels":{"com.docker.stack.namespace":"shop"},
              "TaskTemplate":{"ContainerSpec":{"Image":"nginx"}},"Mode":{"Replicated":{"Replicas":2}}}}]
            """;
        using var manager = Manager(services);
        var diff = Run.Orch(manager, "stack", "diff", "-c", _file, "--prune", "--format", "json", "shop");
        var dry = Run.Orch(manager, "stack", "deploy", "--dry-run", "-c", _file, "--prune", "--format", "json", "shop");

        Assert.Equal((2, 0), (diff.ExitCode, dry.ExitCode));
        Assert.Equal(diff.Out, dry.Out);
        Assert.Equal(["create network", "update service", "remove service"], dry.Out.TrimEnd().Split('\n').Select(line => JsonDocument.Parse(line).RootElement)
            .Select(line => $"{line.GetProperty("Action").GetString()} {line.GetProperty("Kind").GetString()}"));
        Assert.DoesNotContain(manager.Requests, request => request.Method != "GET");
    }

    [Fact]
    public void A_format_without_a_dry_run_is_refused()
    {
        using var manager = Manager("[]");
        var outcome = Run.Orch(manager, "stack", "deploy", "-c", _file, "--format", "json", "shop");

        Assert.Equal(125, outcome.ExitCode);
        Assert.Contains("--dry-run", outcome.Err, StringComparison.Ordinal);
        Assert.Empty(manager.Requests);
    }
}
