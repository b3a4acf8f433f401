using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using Orch.Tests.EndToEnd.Cluster;

namespace Orch.Tests.EndToEnd;

/// <summary>Registries: digests are pinned, machines pull with the cluster's login, and no password is found anywhere.</summary>
public sealed class RegistryTests(OneMachineCluster cluster) : IClassFixture<OneMachineCluster>
{
    private const string Host = TestRegistry.Host;

    private OrchMachine Machine => cluster.Manager;

    [LabFact]
    public async Task A_private_image_is_pinned_and_pulled_with_the_login_of_the_cluster()
    {
        await using var registry = await TestRegistry.StartAsync(Machine, open: false);
        await registry.PushAsync("app:v1", "team/app:1");
        await registry.PushAsync("app:v2", "team/app:2");

        var wrong = await LogInAsync("no-such-password");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains($"the registry {Host} refuses the login", wrong.Error, StringComparison.Ordinal);
        Assert.Equal("Login Succeeded\n", (await LogInAsync(TestRegistry.Password)).EnsureSuccess().Output);
        Assert.Contains(Host, await Machine.OkAsync("registry", "ls"), StringComparison.Ordinal);

        await Machine.OkAsync("service", "create", "--name", "private", "--restart-delay", "0s", $"{Host}/team/app:1");
        Assert.StartsWith($"{Host}/team/app:1@sha256:", await ImageOfAsync("private"), StringComparison.Ordinal);

        await NowhereAsync(TestRegistry.Password);
        await NowhereAsync(Convert.ToBase64String(Encoding.ASCII.GetBytes(TestRegistry.Password)).TrimEnd('=')[..^1]);

        // The image that runs is kept; another one cannot be had any more, and the task says so.
        await Machine.OkAsync("registry", "logout", Host);
        await Machine.OkAsync("service", "create", "--detach", "--name", "shut", $"{Host}/team/app:2");
        await SaysAsync("shut", "no basic auth credentials");
        await Machine.OkAsync("service", "rm", "shut", "private");
    }

    [LabFact]
    public async Task A_list_of_platforms_is_pinned_by_its_own_digest_and_the_machine_pulls_its_part()
    {
        await using var registry = await TestRegistry.StartAsync(Machine, open: true);
        var (own, other) = RuntimeInformation.OSArchitecture == Architecture.Arm64 ? ("arm64", "amd64") : ("amd64", "arm64");
        await registry.PushAsync("app:v1", "multi:own");
        await registry.PushAsync("app:v2", "multi:other");
        var digest = await registry.PutListAsync("multi", "both", (other, "other"), (own, "own"));

        await Machine.OkAsync("service", "create", "--name", "multi", $"{Host}/multi:both");

        Assert.Equal($"{Host}/multi:both@{digest}", (await ImageOfAsync("multi")).Trim());
        Assert.Equal($"[{other} {own}]", (await Machine.OkAsync("service", "inspect", "multi", "--format",
            "{{$p := .Spec.TaskTemplate.Placement.Platforms}}[{{range $i, $x := $p}}{{if $i}} {{end}}{{$x.Architecture}}{{end}}]")).Trim());
        var container = (await Machine.RunningTasksAsync()).Values.Single();
        Assert.Contains("VERSION=v1", container.Json.GetProperty("Config").GetProperty("Env").EnumerateArray().Select(e => e.GetString()));

        // For another machine only: it stays pending and says why. What the registry does not have, the task names.
        await registry.PutListAsync("multi", "foreign", (other, "other"));
        await Machine.OkAsync("service", "create", "--detach", "--name", "foreign", $"{Host}/multi:foreign");
        await SaysAsync("foreign", "unsupported platform");
        await Machine.OkAsync("service", "create", "--detach", "--name", "missing", $"{Host}/nothing:1");
        await SaysAsync("missing", $"{Host}/nothing:1");
        await Machine.OkAsync("service", "rm", "multi", "foreign", "missing");
    }

    [LabFact]
    public async Task A_registry_that_is_away_or_silent_costs_a_warning_and_no_deployment_stops()
    {
        using var silent = Machine.Machine.CreateSocket(SocketType.Stream, ProtocolType.Tcp);
        silent.Bind(new IPEndPoint(IPAddress.Loopback, 5001));
        silent.Listen(100);

        foreach (var (name, host) in new[] { ("away", Host), ("silent", "127.0.0.1:5001") })
        {
            var created = (await Machine.OrchAsync("service", "create", "--detach", "--name", name, $"{host}/app:1")).EnsureSuccess();
            Assert.Contains($"image {host}/app:1 could not be accessed on a registry", created.Error, StringComparison.Ordinal);
            Assert.Equal($"{host}/app:1", (await ImageOfAsync(name)).Trim());
        }
        await SaysAsync("away", "connection refused");
        await Machine.OkAsync("service", "rm", "away", "silent");
    }

    private Task<string> ImageOfAsync(string service) =>
        Machine.OkAsync("service", "inspect", service, "--format", "{{.Spec.TaskTemplate.ContainerSpec.Image}}");

    private Task SaysAsync(string service, string words) => Until.TrueAsync($"the task of {service} says: {words}", async () =>
        (await Machine.OkAsync("service", "ps", service, "--no-trunc")).Contains(words, StringComparison.Ordinal));

    private Task<ExecResult> LogInAsync(string password) => Machine.Machine.ExecAsync(new ExecOptions { Input = password },
        OrchMachine.Program("orch"), "registry", "login", "-u", TestRegistry.User, "--password-stdin", Host);

    /// <summary>Not in the manager's and the agent's files, not in their logs.</summary>
    private async Task NowhereAsync(string text)
    {
        var found = await Machine.Machine.ExecAsync("grep", "-rlaF", "--exclude-dir=registry", text, "/var/lib/orch", "/run/orch");
        Assert.Equal(("", 1), (found.Output, found.ExitCode));
        var logs = await Machine.Machine.ExecAsync("grep", "-rlaF", text, Machine.Machine.LogDirectory);
        Assert.Equal("", logs.Output);
    }
}
