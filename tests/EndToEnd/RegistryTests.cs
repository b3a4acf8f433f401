using System.Text;
using Orch.Tests.EndToEnd.Cluster;

namespace Orch.Tests.EndToEnd;

/// <summary>A private registry: digests are pinned, machines pull with the cluster's login, and no password is found anywhere.</summary>
public sealed class RegistryTests(OneMachineCluster cluster) : IClassFixture<OneMachineCluster>
{
    private const string Host = "127.0.0.1:5000";
    private const string Password = "canary-password-7";

    /// <summary>bcrypt of <see cref="Password"/>; the registry takes no other kind.</summary>
    private const string Users = "ci:$2b$05$abcdefghijklmnopqrstuu0XQOBpriWprgdAl7pwnkTOvIkibKiJ.\n";

    private OrchMachine Machine => cluster.Manager;

    [LabFact]
    public async Task A_private_image_is_pinned_and_pulled_with_the_login_of_the_cluster()
    {
        await using var registry = await StartRegistryAsync();
        await PushAsync("app:v1", $"{Host}/team/app:1");
        await PushAsync("app:v2", $"{Host}/team/app:2");

        var wrong = await LogInAsync("no-such-password");
        Assert.Equal(1, wrong.ExitCode);
        Assert.Contains($"the registry {Host} refuses the login", wrong.Error, StringComparison.Ordinal);
        Assert.Equal("Login Succeeded\n", (await LogInAsync(Password)).EnsureSuccess().Output);
        Assert.Contains(Host, await Machine.OkAsync("registry", "ls"), StringComparison.Ordinal);

        await Machine.OkAsync("service", "create", "--name", "private", "--restart-delay", "0s", $"{Host}/team/app:1");
        var image = await Machine.OkAsync("service", "inspect", "private", "--format", "{{.Spec.TaskTemplate.ContainerSpec.Image}}");
        Assert.StartsWith($"{Host}/team/app:1@sha256:", image, StringComparison.Ordinal);

        await NowhereAsync(Password);
        await NowhereAsync(Convert.ToBase64String(Encoding.ASCII.GetBytes(Password)).TrimEnd('=')[..^1]);

        // The image that runs is kept; another one cannot be had any more, and the task says so.
        await Machine.OkAsync("registry", "logout", Host);
        await Machine.OkAsync("service", "create", "--detach", "--name", "shut", $"{Host}/team/app:2");
        await Until.TrueAsync("the task says that the registry refused", async () =>
            (await Machine.OkAsync("service", "ps", "shut", "--no-trunc")).Contains("no basic auth credentials", StringComparison.Ordinal));
        await Machine.OkAsync("service", "rm", "shut", "private");
    }

    private async Task<RunningRegistry> StartRegistryAsync()
    {
        var folder = $"{Machine.Machine.DataDirectory}/registry";
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync($"{folder}/users", Users);
        await File.WriteAllTextAsync($"{folder}/config.yml", $"""
            version: 0.1
            storage:
              filesystem:
                rootdirectory: /var/lib/orch/registry/data
              delete:
                enabled: true
            http:
              addr: {Host}
            auth:
              htpasswd:
                realm: test
                path: /var/lib/orch/registry/users
            """);
        var process = await Machine.Machine.StartAsync("docker-registry", "serve", "/var/lib/orch/registry/config.yml");
        await Until.TrueAsync("the registry listens", async () =>
            (await Machine.Machine.ExecAsync("curl", "-s", "-o", "/dev/null", $"http://{Host}/v2/")).ExitCode == 0);
        return new RunningRegistry(process, folder);
    }

    /// <summary>Pushes with a credential that only this command knows, and forgets the local name.</summary>
    private async Task PushAsync(string local, string remote)
    {
        var auth = Convert.ToBase64String(Encoding.ASCII.GetBytes($"ci:{Password}"));
        var config = $$"""{"auths":{"{{Host}}":{"auth":"{{auth}}"} } }""";
        var script = $"""
            set -e
            export DOCKER_HOST=unix:///run/docker.sock DOCKER_CONFIG=$(mktemp -d)
            trap 'rm -rf "$DOCKER_CONFIG"' EXIT
            cat > "$DOCKER_CONFIG/config.json"
            docker tag {local} {remote}
            docker push -q {remote}
            docker rmi {remote}
            """;
        (await Machine.Machine.ExecAsync(new ExecOptions { Input = config }, "sh", "-c", script)).EnsureSuccess();
    }

    private Task<ExecResult> LogInAsync(string password) => Machine.Machine.ExecAsync(
        new ExecOptions { Input = password }, OrchMachine.Program("orch"), "registry", "login", "-u", "ci", "--password-stdin", Host);

    /// <summary>Not in the manager's and the agent's files, not in their logs.</summary>
    private async Task NowhereAsync(string text)
    {
        var found = await Machine.Machine.ExecAsync("grep", "-rlaF", "--exclude-dir=registry", text, "/var/lib/orch", "/run/orch");
        Assert.Equal(("", 1), (found.Output, found.ExitCode));
        var logs = await Machine.Machine.ExecAsync("grep", "-rlaF", text, Machine.Machine.LogDirectory);
        Assert.Equal("", logs.Output);
    }

    private sealed class RunningRegistry(MachineProcess process, string folder) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await process.StopAsync();
            Directory.Delete(folder, recursive: true);
        }
    }
}
