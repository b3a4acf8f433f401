using Orch.Tests.EndToEnd.Cluster;

namespace Orch.Tests.EndToEnd;

/// <summary>A stack's life on one machine: deployed, changed by one key, pruned, removed without a trace.</summary>
public sealed class StackTests(OneMachineCluster cluster) : ClusterTests<OneMachineCluster>(cluster)
{
    private const string First = """
        services:
          db:
            image: sleeper
            environment:
              LEVEL: info
          web:
            image: sleeper
            depends_on: [db]
            configs: [app]
            secrets: [token]
            deploy:
              replicas: 2
              update_config: {monitor: 100ms}
        configs:
          app:
            content: one
        secrets:
          token:
            content: hush
        """;

    private readonly string _folder = Directory.CreateTempSubdirectory("orch-stack-").FullName;

    private OrchMachine Machine => Manager;

    public override async Task DisposeAsync()
    {
        Directory.Delete(_folder, recursive: true);
        await base.DisposeAsync();
    }

    [LabFact]
    public async Task A_stack_is_deployed_changed_by_one_key_pruned_and_removed()
    {
        var file = Write(First);
        var deployed = await Machine.OkAsync("stack", "deploy", "-c", file, "--wait", "--timeout", "60s", "--strict=false", "shop");
        Assert.True(deployed.IndexOf("Creating service shop_db", StringComparison.Ordinal)
            < deployed.IndexOf("Creating service shop_web", StringComparison.Ordinal), deployed);
        Assert.Equal("shop 2", (await Machine.OkAsync("stack", "ls", "--format", "{{.Name}} {{.Services}}")).Trim());
        Assert.Equal("shop_db 1/1\nshop_web 2/2",
            (await Machine.OkAsync("stack", "services", "--format", "{{.Name}} {{.Replicas}}", "shop")).Trim());
        Assert.Equal(3, (await Machine.OkAsync("stack", "ps", "-q", "shop")).Trim().Split('\n').Length);

        Assert.Equal((0, ""), await DiffAsync(file));
        var before = (await Machine.RunningTasksAsync()).Keys.ToHashSet();
        await Machine.OkAsync("stack", "deploy", "-c", file, "--wait", "--timeout", "60s", "shop");
        Assert.Equal(before, (await Machine.RunningTasksAsync()).Keys.ToHashSet());

        Write(First.Replace("LEVEL: info", "LEVEL: debug", StringComparison.Ordinal));
        var (code, text) = await DiffAsync(file);
        Assert.Equal(2, code);
        Assert.Equal("~ service shop_db: its tasks restart (1)\n    environment.LEVEL: info → debug", text);
        await Machine.OkAsync("stack", "deploy", "-c", file, "--wait", "--timeout", "60s", "shop");
        Assert.Equal(2, before.Intersect((await Machine.RunningTasksAsync()).Keys).Count());
        Assert.Equal((0, ""), await DiffAsync(file));

        Write(First.Replace("content: one", "content: two", StringComparison.Ordinal));
        Assert.Contains("shop_web: its tasks restart (2)", (await DiffAsync(file)).Text, StringComparison.Ordinal);

        Write("services:\n  web:\n    image: sleeper\n");
        await Machine.OkAsync("stack", "deploy", "-c", file, "--prune", "--wait", "--timeout", "60s", "shop");
        Assert.Equal(["shop_web"], await Machine.Api.ServiceNamesAsync());

        await Machine.OkAsync("stack", "rm", "shop");
        Assert.Empty(await Machine.Api.ServiceNamesAsync());
        await NothingLeftAsync();
        Assert.Contains("Nothing found in stack: shop", (await Machine.OrchAsync("stack", "rm", "shop")).Error, StringComparison.Ordinal);
    }

    [LabFact]
    public async Task A_stack_that_comes_and_goes_leaves_nothing()
    {
        var file = Write(First);
        for (var round = Soak.Count("ORCH_STACK_ROUNDS", 3); round > 0; round--)
        {
            await Machine.OkAsync("stack", "deploy", "-c", file, "--wait", "--timeout", "50s", "shop");
            var removed = await Machine.OkAsync("stack", "rm", "shop");
            Assert.True(removed.IndexOf("service shop_web", StringComparison.Ordinal)
                < removed.IndexOf("service shop_db", StringComparison.Ordinal), removed);
            Assert.Empty(await Machine.Api.ServiceNamesAsync());
            await NothingLeftAsync();
        }
    }

    /// <summary>Containers that ended are removed by agents in their own time; objects of the cluster are gone at once.</summary>
    private async Task NothingLeftAsync()
    {
        foreach (var kind in new[] { "secrets", "configs", "tasks" })
            Assert.Equal(0, (await Machine.Api.GetAsync(kind)).GetArrayLength());
        await Until.TrueAsync("no container is left", async () => (await Machine.Machine.Engine.ContainersAsync()).Count == 0,
            TimeSpan.FromSeconds(30));
    }

    private async Task<(int Code, string Text)> DiffAsync(string file)
    {
        var result = await Machine.OrchAsync("stack", "diff", "-c", file, "shop");
        return (result.ExitCode, result.Output.Trim());
    }

    private string Write(string text)
    {
        var path = Path.Combine(_folder, "stack.yml");
        File.WriteAllText(path, text);
        return path;
    }
}
