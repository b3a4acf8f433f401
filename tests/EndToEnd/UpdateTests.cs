using System.Text.Json;
using Orch.Tests.EndToEnd.Cluster;

namespace Orch.Tests.EndToEnd;

public sealed class TwoMachineCluster() : OrchCluster(2, "--node-generic-resource", "gpu=GPU-a", "--node-generic-resource", "gpu=GPU-b");

/// <summary>Updates that go wrong, the way back, and a drain that is waited for, on real engines.</summary>
public sealed class UpdateTests(TwoMachineCluster cluster) : ClusterTests<TwoMachineCluster>(cluster)
{
    [LabFact]
    public async Task An_update_that_fails_rolls_back_and_a_revision_can_be_returned_to()
    {
        await Manager.OkAsync("service", "create", "--name", "web", "--replicas", "2", "--env", "V=1", "--update-monitor", "300ms",
            "--rollback-monitor", "100ms", "--rollback-parallelism", "0", "--update-failure-action", "rollback", "sleeper");
        await Manager.OkAsync("service", "update", "--env-add", "V=2", "web");

        var failed = await Manager.OrchAsync("service", "update", "--args", "sh -c 'exit 3'", "web");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("service update failed and was rolled back", failed.Error, StringComparison.Ordinal);
        Assert.Equal("V=2 V=2", await VersionsAsync());

        await Manager.OkAsync("service", "rollback", "--to", "1", "web");
        Assert.Equal("V=1 V=1", await VersionsAsync());
        var history = await Manager.OkAsync("service", "history", "--format", "{{.Revision}}", "web");
        Assert.Equal(["5", "4", "3", "2", "1"], history.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [LabFact]
    public async Task A_task_that_never_gets_healthy_ends_its_update_at_the_deadline_with_words()
    {
        await Manager.OkAsync("service", "create", "--name", "slow", "--replicas", "2", "--env", "V=1",
            "--update-monitor", "100ms", "--rollback-monitor", "100ms", "--update-progress-deadline", "1500ms", "sleeper");

        var failed = await Manager.OrchAsync("service", "update", "--health-cmd", "false", "--health-interval", "100ms",
            "--health-retries", "10000", "slow");
        Assert.Equal(1, failed.ExitCode);
        Assert.Contains("service update paused", failed.Error, StringComparison.Ordinal);
        Assert.Contains("did not run within 1.5 s (it was starting)", failed.Error, StringComparison.Ordinal);

        await Manager.OkAsync("service", "rollback", "slow");
        Assert.Equal("V=1 V=1", await VersionsAsync());
    }

    [LabFact]
    public async Task A_drain_ends_when_the_successors_run_and_a_paused_machine_keeps_what_it_has()
    {
        await Manager.OkAsync("service", "create", "--name", "stay", "--replicas", "4", "--update-order", "start-first", "sleeper");
        Assert.Equal(2, (await Cluster.Machines[1].RunningTasksAsync()).Count);
        await Manager.OkAsync("node", "update", "--availability", "pause", "n2");
        await Manager.OkAsync("service", "scale", "stay=5");
        Assert.Equal(2, (await Cluster.Machines[1].RunningTasksAsync()).Count);

        var drained = await Manager.OkAsync("node", "update", "--availability", "drain", "--wait", "--timeout", "50s", "n2");
        Assert.Contains("node n2 is drained", drained, StringComparison.Ordinal);
        Assert.Empty(await Cluster.Machines[1].RunningTasksAsync());
        Assert.Equal(5, (await Manager.RunningTasksAsync()).Count);
        await Manager.OkAsync("node", "update", "--availability", "active", "n2");
    }

    [LabFact]
    public async Task Templates_and_generic_resources_reach_the_container()
    {
        await Manager.OkAsync("service", "create", "--name", "gpu", "--replicas", "2", "--constraint", "node.hostname==n1",
            "--label", "tier=front", "--hostname", "{{.Service.Name}}-{{.Task.Slot}}",
            "--env", "WHO={{.Service.Labels.tier}}/{{.Node.Hostname}}", "--generic-resource", "gpu=1",
            "--mount", "type=volume,source=data-{{.Task.Slot}},target=/data", "--limit-memory", "64m", "--memory-swap", "0",
            "--log-opt", "max-size=1m", "sleeper");

        var containers = new List<string>();
        foreach (var container in (await Manager.RunningTasksAsync()).Values)
        {
            var it = container.Json;
            var (config, host) = (it.GetProperty("Config"), it.GetProperty("HostConfig"));
            var env = config.GetProperty("Env").EnumerateArray().Select(e => e.GetString()!)
                .Where(e => e.StartsWith("WHO", StringComparison.Ordinal) || e.StartsWith("DOCKER", StringComparison.Ordinal));
            containers.Add($"{config.GetProperty("Hostname")} {it.GetProperty("Mounts")[0].GetProperty("Name")} "
                + $"{host.GetProperty("MemorySwap").GetInt64() >> 20} {host.GetProperty("LogConfig").GetProperty("Config").GetProperty("max-size")} "
                + string.Join(' ', env));
        }
        Assert.Equal(
            ["gpu-1 data-1 64 1m WHO=front/n1 DOCKER_RESOURCE_GPU=GPU-", "gpu-2 data-2 64 1m WHO=front/n1 DOCKER_RESOURCE_GPU=GPU-"],
            containers.Order().Select(line => line[..^1]));
        Assert.Equal(2, containers.Select(line => line[^1]).Distinct().Count());
    }

    [LabFact]
    public async Task Every_option_of_a_service_reaches_its_container()
    {
        await Manager.OkAsync("service", "create", "--name", "full", "--constraint", "node.hostname==n1", "--container-label", "cl=1",
            "--workdir", "/www", "--user", "0:0", "--group", "7", "--tty", "--init", "--read-only", "--stop-signal", "SIGINT",
            "--stop-grace-period", "3s", "--cap-add", "NET_ADMIN", "--cap-drop", "MKNOD", "--sysctl", "net.core.somaxconn=200",
            "--ulimit", "nofile=100:200", "--oom-score-adj", "50", "--health-cmd", "true", "--health-interval", "1s",
            "--health-timeout", "5s", "--health-retries", "4", "--health-start-period", "6s",
            "--limit-cpu", "0.5", "--limit-memory", "64m", "--limit-pids", "50", "--reserve-memory", "32m", "--dns", "10.9.9.9",
            "--dns-search", "example.org", "--dns-option", "ndots:2", "--host", "db:10.1.2.3", "--mount", "type=tmpfs,target=/t,tmpfs-size=1m",
            "--mount", "type=bind,source=/etc/passwd,target=/p,readonly", "--log-driver", "json-file", "--log-opt", "max-file=3",
            "--device", "/dev/null:/dev/nothing:r", "--shm-size", "8m", "--ipc", "private", "--cpu-shares", "512",
            "--security-opt", "no-new-privileges", "--update-monitor", "100ms", "sleeper");

        var container = Assert.Single((await Manager.RunningTasksAsync()).Values);
        var (config, host) = (container.Json.GetProperty("Config"), container.Json.GetProperty("HostConfig"));
        string Of(JsonElement part, params string[] names) => string.Join(' ', names.Select(name => part.GetProperty(name).GetRawText()));
        Assert.Equal("\"/www\" \"0:0\" true \"SIGINT\" 3", Of(config, "WorkingDir", "User", "Tty", "StopSignal", "StopTimeout"));
        Assert.Equal("1", config.GetProperty("Labels").GetProperty("cl").GetString());
        Assert.Equal("[\"CMD-SHELL\",\"true\"] 1000000000 5000000000 6000000000 4",
            Of(config.GetProperty("Healthcheck"), "Test", "Interval", "Timeout", "StartPeriod", "Retries"));
        Assert.Equal("[\"7\"] true true [\"CAP_NET_ADMIN\"] [\"CAP_MKNOD\"] 50",
            Of(host, "GroupAdd", "Init", "ReadonlyRootfs", "CapAdd", "CapDrop", "OomScoreAdj"));
        Assert.Equal("500000000 67108864 33554432 50 8388608 \"private\" 512",
            Of(host, "NanoCpus", "Memory", "MemoryReservation", "PidsLimit", "ShmSize", "IpcMode", "CpuShares"));
        Assert.Equal("[\"10.9.9.9\"] [\"example.org\"] [\"ndots:2\"] [\"db:10.1.2.3\"] {\"net.core.somaxconn\":\"200\"}",
            Of(host, "Dns", "DnsSearch", "DnsOptions", "ExtraHosts", "Sysctls"));
        Assert.Equal("nofile 100 200", Ulimit(host.GetProperty("Ulimits")[0]));
        Assert.Equal("json-file 3", $"{host.GetProperty("LogConfig").GetProperty("Type")} {host.GetProperty("LogConfig").GetProperty("Config").GetProperty("max-file")}");
        Assert.Contains("no-new-privileges", Of(host, "SecurityOpt"), StringComparison.Ordinal);
        Assert.Equal("/dev/nothing", host.GetProperty("Devices")[0].GetProperty("PathInContainer").GetString());
        Assert.Equal(["bind /p", "tmpfs /t"], host.GetProperty("Mounts").EnumerateArray()
            .Select(mount => $"{mount.GetProperty("Type").GetString()} {mount.GetProperty("Target").GetString()}").Order());
    }

    private static string Ulimit(JsonElement limit) =>
        $"{limit.GetProperty("Name").GetString()} {limit.GetProperty("Soft")} {limit.GetProperty("Hard")}";

    /// <summary>The V of every task that runs.</summary>
    private async Task<string> VersionsAsync()
    {
        var versions = new List<string>();
        foreach (var machine in Cluster.Machines)
        {
            foreach (var container in (await machine.RunningTasksAsync()).Values)
            {
                versions.AddRange(container.Json.GetProperty("Config").GetProperty("Env").EnumerateArray().Select(e => e.GetString()!)
                    .Where(e => e.StartsWith("V=", StringComparison.Ordinal)));
            }
        }
        return string.Join(' ', versions.Order());
    }
}
