using System.Globalization;
using Orch.Testing;
using Orch.Tests.EndToEnd.Cluster;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd;

/// <summary>The main job on one machine: create, see, heal, survive.</summary>
public sealed class OneMachineTests(OneMachineCluster cluster, ITestOutputHelper output)
    : ClusterTests<OneMachineCluster>(cluster)
{
    private OrchMachine Machine => Manager;

    [LabFact]
    public async Task A_service_is_created_listed_scaled_updated_and_removed()
    {
        var id = (await Machine.OkAsync("service", "create", "--name", "web", "--replicas", "2", "app:v1")).Split('\n')[0].Trim();
        Assert.Matches("^[0-9a-z]{25}$", id);
        Assert.Equal("web 2/2 app:v1", (await Machine.OkAsync(
            "service", "ls", "--filter", "name=web", "--format", "{{.Name}} {{.Replicas}} {{.Image}}")).Trim());

        await Machine.OkAsync("service", "scale", "web=3");
        Assert.Equal(3, (await Machine.RunningTasksAsync()).Count);

        await Machine.OkAsync("service", "update", "--image", "app:v2", "--update-monitor", "100ms", "web");
        var images = (await Machine.RunningTasksAsync()).Values
            .Select(task => task.Json.GetProperty("Config").GetProperty("Image").GetString());
        Assert.Equal(["app:v2", "app:v2", "app:v2"], images);

        Assert.Equal("web", (await Machine.OkAsync("service", "rm", "web")).Trim());
        Assert.Empty(await Machine.Api.ServiceNamesAsync());
    }

    [LabFact]
    public async Task A_killed_container_is_replaced_and_the_history_says_why()
    {
        await Machine.OkAsync("service", "create", "--name", "heal", "--replicas", "2", "sleeper");
        var before = await Machine.RunningTasksAsync();
        var victim = before.First();

        await Machine.Machine.Engine.KillMainProcessAsync(victim.Value.Id);

        await Until.TrueAsync("the task was replaced", async () =>
            await Machine.RunningTasksAsync() is var now && now.Count == 2 && !now.ContainsKey(victim.Key));
        var history = await Machine.OkAsync("service", "ps", "heal", "--no-trunc");
        output.WriteLine(history);
        Assert.Contains("task: non-zero exit (137)", history, StringComparison.Ordinal);
        var survivor = before.Keys.Single(task => task != victim.Key);
        Assert.Contains(survivor, (await Machine.RunningTasksAsync()).Keys);
    }

    [LabFact]
    public async Task Manager_and_agent_come_before_workloads_and_containers_do_not_inherit_it()
    {
        await Machine.OkAsync("service", "create", "--name", "burner", "sleeper");
        var task = (await Machine.RunningTasksAsync()).Values.First();

        Assert.Equal(-10, Nice(Machine.Machine.Processes().Single(process => process.Name == "orch-manager").HostProcess));
        Assert.Equal(-10, Nice(Machine.Machine.Processes().Single(process => process.Name == "orch-agent").HostProcess));
        Assert.Equal(0, Nice(Machine.Machine.Processes().Single(process => process.Pid == task.Pid).HostProcess));
    }

    /// <summary>Of memory the same is said, but not every host lets even root say it.</summary>
    private static int Nice(HostProcess process)
    {
        var stat = File.ReadAllText($"/proc/{process.Pid}/stat");
        return int.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[16], CultureInfo.InvariantCulture);
    }

    [LabFact]
    public async Task Daemons_killed_at_random_moments_lose_no_write_and_restart_no_container()
    {
        await Machine.OkAsync("service", "create", "--name", "steady", "--replicas", "3", "sleeper");
        var before = await Machine.RunningTasksAsync();
        var kills = Soak.Count("ORCH_KILLS", 6);
        var random = new Random(20261121);
        var acknowledged = new List<string>();
        string[][] victims = [["orch-manager"], ["orch-agent"], ["orch-manager", "orch-agent"]];

        for (var kill = 0; kill < kills; kill++)
        {
            await Machine.AnswersAsync();
            using var dead = new CancellationTokenSource();
            var writer = WriteAsync(kill, acknowledged, dead.Token);
            var target = acknowledged.Count + random.Next(1, 40);
            await Until.TrueAsync("some writes were acknowledged", () => acknowledged.Count >= target);
            await Machine.KillDaemonsAsync(victims[kill % victims.Length]);
            await dead.CancelAsync();
            await writer;
        }

        await Machine.ConvergedAsync("steady");
        var names = await Machine.Api.ServiceNamesAsync();
        output.WriteLine($"{kills} kills, {acknowledged.Count} acknowledged writes");
        Assert.Empty(acknowledged.Except(names));
        Assert.Equal(names.Count, names.Distinct().Count());
        await SameContainersAsync(before);
    }

    [LabFact]
    public async Task An_engine_restart_with_live_restore_restarts_no_container()
    {
        await Machine.OkAsync("service", "create", "--name", "live", "--replicas", "2", "sleeper");
        var before = await Machine.RunningTasksAsync();

        await Machine.Machine.KillEngineAsync();
        await Machine.Machine.StartEngineAsync();

        await Machine.ConvergedAsync("live");
        await SameContainersAsync(before);
        await Machine.OkAsync("service", "scale", "live=3");
    }

    [LabFact]
    public async Task After_power_loss_and_boot_the_tasks_are_back()
    {
        await Machine.OkAsync("service", "create", "--name", "back", "--replicas", "2", "sleeper");

        await Machine.Machine.PowerOffAsync();
        await Machine.Machine.BootAsync();
        await Machine.OkAsync("start");

        await Machine.ConvergedAsync("back", TimeSpan.FromSeconds(60));
        Assert.Equal(2, (await Machine.RunningTasksAsync()).Count);
    }

    private async Task WriteAsync(int round, List<string> acknowledged, CancellationToken dead)
    {
        for (var i = 0; !dead.IsCancellationRequested; i++)
        {
            var name = $"w{round}-{i}";
            if (await Machine.Api.TryCreateServiceAsync(name, replicas: 0))
                acknowledged.Add(name);
            else
                await Task.Yield();
        }
    }

    private async Task SameContainersAsync(IReadOnlyDictionary<string, EngineContainerDetails> before)
    {
        var after = await Machine.RunningTasksAsync();
        foreach (var (task, container) in before)
        {
            Assert.True(after.TryGetValue(task, out var now), $"task {task} runs no more");
            Assert.Equal((container.Id, container.Pid, container.StartedAt), (now.Id, now.Pid, now.StartedAt));
        }
    }
}
