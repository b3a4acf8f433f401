using Orch.Tests.EndToEnd.Cluster;

namespace Orch.Tests.EndToEnd;

/// <summary>Bad input gets a clear answer and loses nothing.</summary>
public sealed class BadInputTests(OneMachineCluster cluster) : IClassFixture<OneMachineCluster>
{
    private OrchMachine Machine => cluster.Manager;

    [LabFact]
    public async Task An_unknown_flag_is_named_and_nothing_happens()
    {
        var result = await Machine.OrchAsync("service", "create", "--replica", "3", "--name", "x1", "sleeper");
        Assert.Equal(125, result.ExitCode);
        Assert.Contains("--replica", result.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("x1", await Machine.Api.ServiceNamesAsync());
    }

    [LabFact]
    public async Task An_unsatisfiable_constraint_is_told_on_the_task()
    {
        await Machine.OkAsync("service", "create", "--detach", "--name", "nowhere", "--constraint", "node.labels.zone==mars", "sleeper");
        await TaskSaysAsync("nowhere", "no suitable node (scheduling constraints not satisfied on 1 node)");
    }

    [LabFact]
    public async Task A_missing_image_is_told_on_the_task()
    {
        await Machine.OkAsync("service", "create", "--detach", "--name", "noimage", "no-such-image:1");
        await TaskSaysAsync("noimage", "no-such-image:1");
    }

    [LabFact]
    public async Task A_host_port_in_use_is_told_on_the_task()
    {
        await Machine.OkAsync("service", "create", "--name", "port1", "--publish", "mode=host,published=8099,target=80", "app:v1");
        await Machine.OkAsync("service", "create", "--detach", "--name", "port2", "--publish", "mode=host,published=8099,target=80", "app:v1");
        await TaskSaysAsync("port2", "host-mode port already in use on 1 node");
    }

    [LabFact]
    public async Task A_duplicate_name_is_refused()
    {
        await Machine.OkAsync("service", "create", "--detach", "--name", "twin", "--replicas", "0", "sleeper");
        var result = await Machine.OrchAsync("service", "create", "--detach", "--name", "twin", "sleeper");
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("name conflicts with an existing object: service twin already exists", result.Error, StringComparison.Ordinal);
    }

    [LabFact]
    public async Task Tokens_that_are_wrong_forged_or_rotated_are_refused()
    {
        var good = (await Machine.OkAsync("token", "worker", "-q")).Trim();
        var address = Machine.Machine.Address;
        var forged = good[..^1] + (good[^1] == 'a' ? 'b' : 'a');
        foreach (var (token, says) in new[] { ("nonsense", "token"), (forged, "token"), ("SWMTKN-1-x-y", "token") })
        {
            var result = await Machine.OrchAsync("join", "--data-root", "/var/lib/orch/second", "--token", token, address);
            Assert.NotEqual(0, result.ExitCode);
            Assert.Contains(says, result.Error, StringComparison.OrdinalIgnoreCase);
        }
        var rotated = (await Machine.OkAsync("token", "worker", "-q", "--rotate")).Trim();
        Assert.NotEqual(good, rotated);
        var old = await Machine.OrchAsync("join", "--data-root", "/var/lib/orch/second", "--token", good, address);
        Assert.NotEqual(0, old.ExitCode);
    }

    [LabFact]
    public async Task A_second_agent_on_the_machine_is_refused()
    {
        var result = await Machine.Machine.ExecAsync(OrchMachine.Program("orch-agent"));
        Assert.Equal(1, result.ExitCode);
        Assert.Contains("already", result.Error, StringComparison.OrdinalIgnoreCase);
    }

    [LabFact]
    public async Task A_body_of_a_hundred_megabytes_is_cut_off()
    {
        var big = "{\"Name\":\"big\",\"Labels\":{\"x\":\"" + new string('a', 100_000_000) + "\"}}";
        var refused = false;
        try
        {
            refused = (int)(await Machine.Api.PostAsync("services/create", big)).Status is 413 or 400;
        }
        catch (HttpRequestException)
        {
            refused = true;   // the connection is closed on a client that goes on sending
        }
        Assert.True(refused);
        Assert.True(await Machine.Api.AnswersAsync());
    }

    [LabFact]
    public async Task Garbage_and_silent_clients_on_the_cluster_port_harm_nobody()
    {
        var garbage = await Machine.Machine.ExecAsync("sh", "-c",
            $"for i in 1 2 3 4 5; do head -c 4096 /dev/urandom | timeout 2 nc {Machine.Machine.Address} 2378; done; echo done");
        Assert.Contains("done", garbage.Output, StringComparison.Ordinal);
        Assert.True(await Machine.Api.AnswersAsync());
    }

    private async Task TaskSaysAsync(string service, string text)
    {
        var last = "";
        try
        {
            await Until.TrueAsync($"a task of {service} says why", async () =>
                (last = await Machine.OkAsync("service", "ps", service, "--no-trunc", "--format", "{{.Error}}"))
                    .Contains(text, StringComparison.Ordinal), TimeSpan.FromSeconds(60));
        }
        catch (TimeoutException)
        {
            Assert.Fail($"{service}: expected '{text}', got '{last.Trim()}'");
        }
    }
}
