using Orch.Tests.EndToEnd.Cluster;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd;

/// <summary>Logs of tasks on two machines, one of which loses power while somebody reads.</summary>
public sealed class LogTests(LogTests.TwoMachineCluster cluster, ITestOutputHelper output)
    : ClusterTests<LogTests.TwoMachineCluster>(cluster)
{
    public sealed class TwoMachineCluster() : OrchCluster(2);

    private const string Talk =
        "trap 'exit 0' TERM; i=0; while :; do echo \"$(hostname) $i\"; echo \"bad $i\" >&2; i=$((i+1)); sleep 0.2; done";

    private Task<ExecResult> DockerAsync(params string[] args) => Manager.Machine.ExecAsync(
        ["docker", "-H", $"unix://{Manager.Machine.RunDirectory}/orch/orch.sock", .. args]);

    [LabFact]
    public async Task Lines_of_all_tasks_come_in_order_and_dead_tasks_are_among_them()
    {
        await Manager.OkAsync("service", "create", "--detach", "--name", "once", "--replicas", "2", "--restart-condition", "none",
            "busybox", "sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.2; done");
        await Until.TrueAsync("both have ended", async () =>
            (await Manager.OkAsync("service", "ps", "once", "--format", "{{.CurrentState}}"))
                .Split('\n').Count(state => state.StartsWith("Complete", StringComparison.Ordinal)) == 2);

        var text = await Manager.OkAsync("service", "logs", "--timestamps", "once");

        output.WriteLine(text);
        var lines = text.TrimEnd().Split('\n');
        Assert.Equal(6, lines.Length);
        Assert.Equal(lines.Order(StringComparer.Ordinal), lines);
        Assert.Contains(lines, line => line.Contains("@n1", StringComparison.Ordinal));
        Assert.Contains(lines, line => line.Contains("@n2", StringComparison.Ordinal));
        Assert.Equal(2, (await Manager.OkAsync("logs", "--grep", "line [2]", "once")).TrimEnd().Split('\n').Length);
        Assert.Equal(2, (await Manager.OkAsync("logs", "--tail", "1", "--raw", "once")).TrimEnd().Split('\n').Length);

        Assert.All((await Manager.OkAsync("logs", "--format", "json", "once")).TrimEnd().Split('\n'), line =>
            Assert.Matches("""\"Message\":\"line [123]\",\"Node\":\"n[12]\",.*\"Stream\":\"stdout\",\"Task\":\"once\.[12]\",""", line));

        var docker = (await DockerAsync("service", "logs", "once")).EnsureSuccess().Output.TrimEnd().Split('\n');
        Assert.Equal(6, docker.Length);
        Assert.All(docker, line => Assert.Matches(@"^once\.[12]\.[0-9a-z]{12}@n[12]    \| line [123]$", line));
        Assert.Equal(1, (await Manager.OrchAsync("service", "logs", "nope")).ExitCode);
        Assert.Equal("no such task or service: nope", (await DockerAsync("service", "logs", "nope")).Error.Trim());
    }

    [LabFact]
    public async Task A_follower_sees_the_other_machine_lose_power_and_reads_on()
    {
        await Manager.OkAsync("service", "create", "--name", "talk", "--replicas", "2", "busybox", "sh", "-c", Talk);
        var orch = await Manager.Machine.StartAsync(OrchMachine.Program("orch"), "logs", "-f", "talk");
        var docker = await Manager.Machine.StartAsync(
            "docker", "-H", $"unix://{Manager.Machine.RunDirectory}/orch/orch.sock", "service", "logs", "-f", "talk");
        foreach (var reader in new[] { orch, docker })
            await Until.TrueAsync("lines of both machines", async () =>
                await reader.ReadLogAsync() is var log && log.Contains("@n1", StringComparison.Ordinal) && log.Contains("@n2", StringComparison.Ordinal));

        await Cluster.Machines[1].Machine.PowerOffAsync();

        foreach (var reader in new[] { orch, docker })
        {
            await Until.TrueAsync("the loss is told", async () =>
                (await reader.ReadLogAsync()).Contains("the logs of node n2 are missing", StringComparison.Ordinal));
            await Until.TrueAsync("the replacement's lines", async () => (await reader.ReadLogAsync()).Split('\n')
                .Where(line => line.Contains("@n1", StringComparison.Ordinal)).Select(line => line.Split('@')[0]).Distinct().Count() == 2);
            Assert.Single((await reader.ReadLogAsync()).Split('\n'), line => line.Contains("are missing", StringComparison.Ordinal));
        }
        var whole = (await Manager.OrchAsync("service", "logs", "--tail", "1", "talk"));
        Assert.Equal(0, whole.ExitCode);
        Assert.Contains("the logs of node n2 are missing: it is down", whole.Error, StringComparison.Ordinal);

        await Cluster.Machines[1].Machine.BootAsync();
        await Cluster.Machines[1].OkAsync("start");
        await Cluster.ReadyAsync();
        await orch.StopAsync();
        await docker.KillAsync();
    }
}
