namespace Orch.Tests.EndToEnd;

/// <summary>An engine that belongs to a Docker Swarm is not taken over.</summary>
public sealed class DockerSwarmTests(DockerSwarmTests.SwarmMachine swarm) : IClassFixture<DockerSwarmTests.SwarmMachine>
{
    public sealed class SwarmMachine() : LabFixture(new LabOptions { Machines = 1 });

    [LabFact]
    public async Task Init_on_a_swarm_node_is_refused_and_says_how_to_leave_it()
    {
        using var machine = new OrchMachine(swarm.Lab["n1"]);
        await machine.Machine.Engine.SendAsync(HttpMethod.Post, "/swarm/init",
            new { ListenAddr = "0.0.0.0:2377", AdvertiseAddr = machine.Machine.Address });

        var refused = await machine.OrchAsync("init", "--advertise-addr", machine.Machine.Address);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("docker swarm leave", refused.Error, StringComparison.Ordinal);
        Assert.False(File.Exists($"{machine.Machine.DataDirectory}/node.json"));

        await machine.Machine.Engine.SendAsync(HttpMethod.Post, "/swarm/leave?force=1");
        await machine.InitAsync();
    }
}
