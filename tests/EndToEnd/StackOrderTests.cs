using Orch.Tests.EndToEnd.Cluster;

namespace Orch.Tests.EndToEnd;

/// <summary>depends_on on a real engine: at a deploy, and when the machine comes up again.</summary>
public sealed class StackOrderTests(OneMachineCluster cluster) : ClusterTests<OneMachineCluster>(cluster)
{
    private readonly string _gate = Directory.CreateTempSubdirectory("orch-gate-").FullName;

    private OrchMachine Machine => Manager;

    /// <summary>The test says when db is healthy and the migration may end.</summary>
    private string Text => $"""
        services:
          db:
            image: sleeper
            volumes: ["{_gate}:/gate:ro"]
            healthcheck:
              test: test -e /gate/healthy
              interval: 200ms
              retries: 1000
          migrate:
            image: busybox
            command: ["sh", "-c", "until test -e /gate/migrated; do sleep 0.2; done"]
            volumes: ["{_gate}:/gate:ro"]
            restart: on-failure
            depends_on: [db]
          web:
            image: sleeper
            depends_on:
              db:
                condition: service_healthy
              migrate:
                condition: service_completed_successfully
        """;

    public override async Task DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(_gate, recursive: true);
    }

    [LabFact]
    public async Task Services_start_in_order_say_what_they_wait_for_and_do_so_again_after_a_power_loss()
    {
        var file = Path.Combine(_gate, "stack.yml");
        File.WriteAllText(file, Text);
        await Machine.OkAsync("stack", "deploy", "-c", file, "shop");

        // db need not be healthy for migrate to start, and has to be for web.
        await Until.TrueAsync("migrate runs", async () => await RunsAsync("shop_migrate"));
        await WaitsAsync("waiting for service shop_db to be healthy");
        Open("healthy");
        await WaitsAsync("waiting for service shop_migrate to complete");
        Open("migrated");
        await Machine.OkAsync("stack", "deploy", "-c", file, "--wait", "--timeout", "50s", "shop");
        Assert.True(await RunsAsync("shop_web"));

        File.Delete(Path.Combine(_gate, "healthy"));
        await Machine.Machine.PowerOffAsync();
        await Machine.Machine.BootAsync();
        await Machine.OkAsync("start");
        await Machine.AnswersAsync();
        await WaitsAsync("waiting for service shop_db to be healthy");
        Open("healthy");
        await Machine.ConvergedAsync("shop_web", TimeSpan.FromSeconds(60));
    }

    private void Open(string name) => File.WriteAllText(Path.Combine(_gate, name), "");

    private async Task<bool> RunsAsync(string service) =>
        (await Machine.RunningTasksAsync()).Values.Any(container => container.Name.StartsWith($"/{service}.", StringComparison.Ordinal)
            || container.Name.StartsWith($"{service}.", StringComparison.Ordinal));

    private async Task WaitsAsync(string reason)
    {
        await Until.TrueAsync($"ps says: {reason}", async () => (await Machine.OrchAsync(
            "stack", "ps", "-f", "desired-state=running", "--no-trunc", "--format", "{{.Name}} {{.Error}}", "shop"))
            .Output.Contains($"shop_web.1 \"{reason}\"", StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        Assert.False(await RunsAsync("shop_web"));
    }
}
