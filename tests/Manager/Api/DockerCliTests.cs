using System.Diagnostics;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Tests.Support;

namespace Orch.Tests.Manager.Api;

/// <summary>The unmodified docker command against the API.</summary>
public sealed class DockerCliTests(ApiHost api) : IClassFixture<ApiHost>
{
    private Task<string> DockerAsync(params string[] arguments) => PipeAsync("", arguments);

    private async Task<string> PipeAsync(string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("docker", arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOCKER_HOST"] = "unix://" + api.Socket;
        start.Environment["DOCKER_CONFIG"] = Path.GetDirectoryName(api.Socket);
        start.Environment.Remove("DOCKER_API_VERSION");
        using var docker = Process.Start(start)!;
        await docker.StandardInput.WriteAsync(input);
        docker.StandardInput.Close();
        var error = docker.StandardError.ReadToEndAsync();
        var output = await docker.StandardOutput.ReadToEndAsync();
        await docker.WaitForExitAsync();
        Assert.True(docker.ExitCode == 0, $"docker {string.Join(' ', arguments)}: {await error}");
        return output.Trim();
    }

    [DockerFact]
    public async Task A_service_is_created_listed_inspected_updated_and_removed()
    {
        var id = await DockerAsync("service", "create", "--detach", "--name", "web", "--replicas", "2", "busybox", "sleep", "9");
        Assert.Equal(25, id.Length);
        Assert.Equal("web 0/2", await DockerAsync("service", "ls", "--filter", "name=web", "--format", "{{.Name}} {{.Replicas}}"));
        Assert.Contains("Replicas:\t2", await DockerAsync("service", "inspect", "--pretty", "web"), StringComparison.Ordinal);
        await DockerAsync("service", "update", "--detach", "--replicas", "3", "--env-add", "A=1", "web");
        Assert.Equal("[A=1] 3", await DockerAsync("service", "inspect", "--format",
            "{{.Spec.TaskTemplate.ContainerSpec.Env}} {{.Spec.Mode.Replicated.Replicas}}", "web"));
        Assert.NotEqual("", await DockerAsync("service", "ps", "web", "--format", "{{.Name}} {{.DesiredState}}"));
        await DockerAsync("service", "rollback", "--detach", "web");
        await DockerAsync("service", "scale", "--detach", "web=1");
        Assert.Equal("web", await DockerAsync("service", "rm", "web"));
    }

    [DockerFact]
    public async Task A_job_is_created_counted_and_run_again()
    {
        await api.Store.ExecuteAsync(new DescribeNode(ApiHost.Self, new() { Hostname = "manager-1" }, "10.0.0.1"));
        await DockerAsync("service", "create", "--detach", "--no-resolve-image", "--name", "job", "--mode", "replicated-job",
            "--replicas", "3", "--max-concurrent", "2", "busybox", "true");
        string[] list = ["service", "ls", "--filter", "mode=replicated-job", "--format", "{{.Name}} {{.Mode}} {{.Replicas}}"];
        Assert.Equal("job replicated job 0/2 (0/3 completed)", await DockerAsync(list));
        var first = api.Store.Current.Tasks.Values.First(task => task.Spec.ServiceName == "job" && task.Slot.Number == 1);
        await api.Store.ExecuteAsync(new ReportTasks(first.NodeId,
            [new(first.Id, new() { State = TaskState.Complete, At = first.CreatedAt, ExitCode = 0 })], false));
        Assert.Equal("job replicated job 0/2 (1/3 completed)", await DockerAsync(list));
        Assert.Equal(3, (await DockerAsync("service", "ps", "job", "-q")).Split('\n').Length);
        await DockerAsync("service", "update", "--detach", "--force", "job");
        Assert.Equal("1", await DockerAsync("service", "inspect", "job", "--format", "{{.JobStatus.JobIteration.Index}}"));
        await DockerAsync("service", "rm", "job");
    }

    [DockerFact]
    public async Task A_service_on_the_hosts_network_is_created()
    {
        await DockerAsync("service", "create", "--detach", "--no-resolve-image", "--name", "nat", "--network", "host", "busybox");
        Assert.Contains("host", await DockerAsync("service", "inspect", "--pretty", "nat"), StringComparison.Ordinal);
    }

    [DockerFact]
    public async Task Secrets_and_configs_are_created_used_and_removed()
    {
        var secret = await PipeAsync("hunter2", "secret", "create", "-l", "team=blue", "cli-secret", "-");
        var config = await PipeAsync("a=b", "config", "create", "--template-driver", "golang", "cli-config", "-");
        Assert.Equal("cli-secret", await DockerAsync("secret", "ls", "--filter", "name=cli-", "--format", "{{.Name}}"));
        Assert.Equal($"map[team:blue] {secret}", await DockerAsync("secret", "inspect", "--format", "{{.Spec.Labels}} {{.ID}}", "cli-secret"));
        Assert.DoesNotContain("aHVudGVyMg", await DockerAsync("secret", "inspect", "cli-secret"), StringComparison.Ordinal);
        Assert.EndsWith("Data:\na=b", await DockerAsync("config", "inspect", "--pretty", "cli-config"), StringComparison.Ordinal);
        Assert.Equal("golang", await DockerAsync("config", "inspect", "--format", "{{.Spec.Templating.Name}}", config[..20]));

        await DockerAsync("service", "create", "--detach", "--no-resolve-image", "--name", "with-files",
            "--secret", "source=cli-secret,target=/x/y,uid=1,gid=2,mode=0400", "--config", "cli-config", "busybox");
        Assert.Equal($"{secret} cli-secret /x/y 1 2 256", await DockerAsync("service", "inspect", "--format",
            "{{range .Spec.TaskTemplate.ContainerSpec.Secrets}}"
            + "{{.SecretID}} {{.SecretName}} {{.File.Name}} {{.File.UID}} {{.File.GID}} {{printf \"%d\" .File.Mode}}{{end}}", "with-files"));
        await DockerAsync("service", "update", "--detach", "--secret-rm", "cli-secret", "--config-rm", "cli-config", "with-files");
        Assert.Equal("cli-secret", await DockerAsync("secret", "rm", "cli-secret"));
        Assert.Equal("cli-config", await DockerAsync("config", "rm", "cli-config"));
    }

    [DockerFact]
    public async Task Nodes_info_and_version_are_shown()
    {
        Assert.Equal("manager-1 Ready Leader", await DockerAsync("node", "ls", "--filter", "name=manager-1",
            "--format", "{{.Hostname}} {{.Status}} {{.ManagerStatus}}"));
        await DockerAsync("node", "update", "--label-add", "zone=a", "manager-1");
        Assert.Equal("map[zone:a]", await DockerAsync("node", "inspect", "--format", "{{.Spec.Labels}}", "self"));
        Assert.Equal("active true", await DockerAsync("info", "--format", "{{.Swarm.LocalNodeState}} {{.Swarm.ControlAvailable}}"));
        Assert.Equal("1.51", await DockerAsync("version", "--format", "{{.Server.APIVersion}}"));
        Assert.Equal("worker-token", await DockerAsync("swarm", "join-token", "-q", "worker"));
        Assert.Equal("", await DockerAsync("stack", "ls", "--format", "{{.Name}}"));
        Assert.Contains("host", await DockerAsync("network", "ls", "--format", "{{.Name}}"), StringComparison.Ordinal);
    }
}
