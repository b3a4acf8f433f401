using System.Text;
using Orch.Tests.EndToEnd.Cluster;

namespace Orch.Tests.EndToEnd;

/// <summary>Secrets and configs in real containers, on one of two machines; and nowhere else.</summary>
public sealed class SecretTests(TwoMachineCluster cluster) : ClusterTests<TwoMachineCluster>(cluster)
{
    private const string Files = "/run/orch/files";

    private OrchMachine Worker => Cluster.Machines[1];

    [LabFact]
    public async Task A_container_reads_its_files_and_the_secret_is_nowhere_else()
    {
        var canary = $"canary-{Guid.NewGuid():N}";
        await CreateAsync("secret", "db-password", canary);
        await CreateAsync("config", "run.sh", "#!/bin/sh\necho ran\n");
        await CreateAsync(
            "config", "app.conf", "{{.Service.Name}} {{env \"MODE\"}} {{secret \"password\"}}", "--template-driver", "golang");
        await VaultAsync("vault", "--env", "MODE=fast", "--secret", "source=db-password,target=password,uid=33,gid=44,mode=0400",
            "--config", "source=app.conf,target=/etc/app.conf,mode=0440", "--config", "source=run.sh,target=/run.sh,mode=0555",
            "--secret", "source=db-password,target=plain");

        Assert.Equal(
            "33:44 400\n0:0 444\n0:0 440\n0:0 555\n",
            await InsideAsync("stat -c '%u:%g %a' /run/secrets/password /run/secrets/plain /etc/app.conf /run.sh"));
        Assert.Equal(canary, await InsideAsync("cat /run/secrets/password"));
        Assert.Equal($"vault fast {canary}", await InsideAsync("cat /etc/app.conf"));
        Assert.Equal("ran\n", await InsideAsync("/run.sh"));
        Assert.Contains("Read-only", await InsideAsync("echo x 2>&1 >/run/secrets/plain || true"), StringComparison.Ordinal);

        Assert.Equal("", await ListedAsync(Manager));
        Assert.Contains("tmpfs", (await Worker.Machine.ExecAsync("stat", "-f", "-c", "%T", Files)).Output, StringComparison.Ordinal);
        foreach (var machine in Cluster.Machines)
            Assert.Equal("", await FoundAsync(machine, canary));
        Assert.Contains($"{Files}/", await FoundAsync(Worker, canary, andInMemory: true), StringComparison.Ordinal);
        await NotToldAsync(canary);

        var inUse = await Manager.OrchAsync("secret", "rm", "db-password");
        Assert.NotEqual(0, inUse.ExitCode);
        Assert.Contains("secret 'db-password' is in use by the following service: vault", inUse.Error, StringComparison.Ordinal);
        await Manager.OkAsync("service", "rm", "vault");
        await Until.TrueAsync("the files went with the task", async () => await ListedAsync(Worker) == "");
        await Manager.OkAsync("secret", "rm", "db-password");
        await Manager.OkAsync("config", "rm", "run.sh", "app.conf");
    }

    [LabFact]
    public async Task New_content_reaches_the_service_and_a_rollback_brings_the_old_one_back()
    {
        const string dsn = "postgres://{{env \"DB_USER\"}}:{{secret \"key\"}}@db/{{.Service.Name}}";
        await CreateAsync("secret", "key", "one");
        await CreateAsync("config", "dsn", dsn, "--template-driver", "golang");
        await VaultAsync("roll", "--env", "DB_USER=api", "--secret", "key", "--config", "dsn",
            "--update-monitor", "100ms", "--rollback-monitor", "100ms");
        Assert.Equal("postgres://api:one@db/roll", await InsideAsync("cat /dsn"));
        Assert.Equal("one", await InsideAsync("cat /run/secrets/key"));

        await FeedAsync("two", "secret", "update", "key", "-");
        Assert.Equal("two postgres://api:two@db/roll", await InsideAsync("cat /run/secrets/key; echo -n ' '; cat /dsn"));
        Assert.Equal(["key", "key.v1"], (await Manager.OkAsync("secret", "ls", "--filter", "name=key", "--format", "{{.Name}}")).Trim().Split('\n').Order());

        await Manager.OkAsync("service", "rollback", "roll");
        Assert.Equal("one", await InsideAsync("cat /run/secrets/key"));
    }

    [LabFact]
    public async Task Restarts_of_agent_and_machine_keep_or_bring_back_the_files()
    {
        await CreateAsync("secret", "steady", "still here");
        await VaultAsync("keep", "--secret", "steady");
        var before = (await Worker.RunningTasksAsync()).Single();

        await Manager.Machine.FreezeAsync();
        try
        {
            var agent = AgentPid();
            await Worker.KillDaemonsAsync("orch-agent");
            await Until.TrueAsync("the agent is back", () => AgentPid() is { } pid && pid != agent);
            Assert.Equal("still here", await InsideAsync("cat /run/secrets/steady"));
        }
        finally
        {
            await Manager.Machine.ThawAsync();
        }
        await Cluster.ReadyAsync();
        await Manager.ConvergedAsync("keep");
        var after = (await Worker.RunningTasksAsync()).Single();
        Assert.Equal((before.Key, before.Value.Id, before.Value.StartedAt), (after.Key, after.Value.Id, after.Value.StartedAt));

        await Worker.Machine.PowerOffAsync();
        await Worker.Machine.BootAsync();
        await Worker.OkAsync("start");
        await Until.TrueAsync("the task is back", async () => (await Worker.RunningTasksAsync()).Count == 1, TimeSpan.FromSeconds(60));
        Assert.Equal("still here", await InsideAsync("cat /run/secrets/steady"));

        await Worker.OkAsync("leave");
        Assert.Equal("", await ListedAsync(Worker));
        Assert.NotEqual(0, (await Worker.Machine.ExecAsync("grep", "-q", Files, "/proc/self/mountinfo")).ExitCode);
        foreach (var node in (await Manager.OkAsync("node", "ls", "--filter", "name=n2", "-q")).Trim().Split('\n'))
            await Manager.OkAsync("node", "rm", "--force", node);
        await Worker.JoinAsync(Manager);
        await Cluster.ReadyAsync();
    }

    /// <summary>A service on the second machine, whose container its tests look into.</summary>
    private Task<string> VaultAsync(string name, params string[] options) => Manager.OkAsync(
        ["service", "create", "--name", name, "--constraint", "node.hostname==n2", .. options, "sleeper"]);

    private Task CreateAsync(string kind, string name, string content, params string[] options) =>
        FeedAsync(content, [kind, "create", .. options, name, "-"]);

    private int? AgentPid() => Worker.Machine.Processes().FirstOrDefault(process => process.Name == "orch-agent")?.Pid;

    private async Task FeedAsync(string input, params string[] args) => (await Manager.Machine.ExecAsync(
        new ExecOptions { Input = input, Timeout = TimeSpan.FromSeconds(60) }, [OrchMachine.Program("orch"), .. args])).EnsureSuccess();

    /// <summary>What a command prints in the newest container of the second machine.</summary>
    private async Task<string> InsideAsync(string script)
    {
        var id = (await Worker.RunningTasksAsync()).Values.MaxBy(container => container.StartedAt)!.Id;
        return (await Worker.Machine.ExecAsync("docker", "-H", "unix:///run/docker.sock", "exec", id, "sh", "-c", script))
            .EnsureSuccess().Output;
    }

    private static async Task<string> ListedAsync(OrchMachine machine) =>
        (await machine.Machine.ExecAsync("sh", "-c", $"ls -A {Files} 2>/dev/null || true")).Output;

    /// <summary>Files of daemons and engine, logs, arguments and environments that have it; and those on the tmpfs, if asked.</summary>
    private static async Task<string> FoundAsync(OrchMachine machine, string canary, bool andInMemory = false)
    {
        var without = andInMemory ? "" : $"-path {Files} -prune -o";
        var folders = $"/var/lib/orch /var/lib/docker /run /tmp {machine.Machine.LogDirectory}";
        var script = $"""
            cat >/dev/shm/patterns
            find {folders} {without} -type f -print0 2>/dev/null | xargs -0 grep -laFf /dev/shm/patterns -- /dev/null
            grep -laFf /dev/shm/patterns /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null
            rm /dev/shm/patterns
            """;
        return (await machine.Machine.ExecAsync(new ExecOptions { Input = Patterns(canary) }, "sh", "-c", script)).EnsureSuccess().Output;
    }

    /// <summary>As it is, and as it would look in JSON.</summary>
    private static string Patterns(string canary) =>
        $"{canary}\n{Convert.ToBase64String(Encoding.ASCII.GetBytes(canary)).TrimEnd('=')[..^1]}\n";

    private async Task NotToldAsync(string canary)
    {
        var told = new StringBuilder();
        foreach (var path in new[] { "secrets", "configs", "services", "tasks", "nodes", "info", "secrets/db-password", "services/vault" })
            told.Append(await Manager.Api.GetAsync(path));
        told.Append(await Manager.OkAsync("service", "ps", "vault", "--no-trunc"));
        told.Append(await Manager.OkAsync("events", "--since", "1h", "--until", "0s", "--format", "json"));
        var script = "docker -H unix:///run/docker.sock inspect $(docker -H unix:///run/docker.sock ps -aq)";
        told.Append((await Worker.Machine.ExecAsync("sh", "-c", script)).EnsureSuccess().Output);
        var text = told.ToString();
        Assert.Contains("db-password", text, StringComparison.Ordinal);
        foreach (var pattern in Patterns(canary).Trim().Split('\n'))
            Assert.DoesNotContain(pattern, text, StringComparison.Ordinal);
    }
}
