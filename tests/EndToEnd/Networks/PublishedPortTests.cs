using Orch.Tests.EndToEnd.Cluster;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd.Networks;

/// <summary>Services by their virtual address and by their published port: from outside, from containers, from the machine.</summary>
public sealed class PublishedPortTests(NetworkCluster cluster, ITestOutputHelper output) : ClusterTests<NetworkCluster>(cluster)
{
    private OrchMachine Machine => Manager;
    private string Address => Machine.Machine.Address;

    [LabFact]
    public async Task A_service_answers_by_vip_and_port_over_tcp_and_udp_from_everywhere()
    {
        await Machine.OkAsync("network", "create", "-d", "overlay", "front");
        await Machine.OkAsync("service", "create", "--name", "web", "--network", "front", "--replicas", "3",
            "-p", "8080:80", "-p", "8081:80/udp", "echo");
        await Machine.OkAsync("service", "create", "--name", "asker", "--network", "front", "echo");
        await Machine.OkAsync("service", "create", "--name", "stranger", "-p", "8090:80", "echo");
        var web = await Machine.ContainersAsync("web");
        var vip = await Machine.VipAsync("web");
        var hosts = await Machine.HostsAsync(web);

        // From outside, with the client's own address.
        var outside = new List<string>();
        for (var i = 0; i < 60; i++)
            outside.Add(await Cluster.Outside.HttpAsync(Address, 8080));
        Assert.Equal(hosts, outside.Select(answer => answer.Split(' ')[0]).Distinct().Order(StringComparer.Ordinal));
        Assert.All(outside, answer => Assert.EndsWith(Cluster.Outside.Address, answer, StringComparison.Ordinal));
        Assert.EndsWith(Cluster.Outside.Address, await Cluster.Outside.UdpAsync(Address, 8081), StringComparison.Ordinal);

        // From the machine itself: its address, localhost, the virtual address.
        foreach (var to in (string[])[Address, "127.0.0.1"])
        {
            Assert.Contains((await Machine.Machine.HttpAsync(to, 8080)).Split(' ')[0], hosts);
            Assert.Contains((await Machine.Machine.UdpAsync(to, 8081)).Split(' ')[0], hosts);
        }
        Assert.Contains((await Machine.Machine.HttpAsync(vip, 80)).Split(' ')[0], hosts);

        // From containers: of the network by name, of another one by the machine's port, and a task by its own address.
        var asker = (await Machine.ContainersAsync("asker"))[0];
        var own = (await Machine.AddressesAsync(asker)).Values.Single();
        for (var i = 0; i < 6; i++)
            Assert.EndsWith(own, await Machine.PageAsync(asker, "web"), StringComparison.Ordinal);
        var stranger = (await Machine.ContainersAsync("stranger"))[0];
        Assert.Contains((await Machine.PageAsync(stranger, $"{Address}:8080")).Split(' ')[0], hosts);
        for (var i = 0; i < 12; i++)
            Assert.Contains((await Machine.PageAsync(web[0], vip)).Split(' ')[0], hosts);
        Assert.Contains((await Machine.PageAsync(web[0], $"{Address}:8080")).Split(' ')[0], hosts);
        output.WriteLine(string.Join('\n', outside.GroupBy(answer => answer).Select(group => $"{group.Key}: {group.Count()}")));
    }

    [LabFact]
    public async Task A_service_without_tasks_refuses_at_once()
    {
        await Machine.OkAsync("network", "create", "-d", "overlay", "empty");
        await Machine.OkAsync("service", "create", "-d", "--name", "none", "--network", "empty", "--replicas", "0", "-p", "8070:80", "echo");
        await Machine.OkAsync("service", "create", "--name", "asker", "--network", "empty", "echo");
        var asker = (await Machine.ContainersAsync("asker"))[0];

        var inside = await Machine.InsideAsync(asker, "timeout", "5", "wget", "-q", "-O", "-", "http://none/");
        var refused = await Assert.ThrowsAsync<System.Net.Sockets.SocketException>(() => Cluster.Outside.HttpAsync(Address, 8070));

        Assert.Contains("refused", inside.Error, StringComparison.Ordinal);
        Assert.Equal(System.Net.Sockets.SocketError.ConnectionRefused, refused.SocketErrorCode);
    }

    [LabFact]
    public async Task A_port_that_another_program_has_is_named_on_the_task()
    {
        await Machine.Machine.StartAsync("busybox", "httpd", "-f", "-p", "8060");

        var created = await Machine.OrchAsync("service", "create", "-d", "--name", "late", "--restart-delay", "500ms", "-p", "8060:80", "echo");

        Assert.Equal(0, created.ExitCode);
        await Until.TrueAsync("the reason is shown", async () => (await Machine.OkAsync("service", "ps", "late", "--no-trunc"))
            .Contains("8060/tcp is in use", StringComparison.Ordinal));
        output.WriteLine(await Machine.OkAsync("service", "ps", "late", "--no-trunc"));
        await Machine.Machine.KillAsync("busybox");
        await Machine.ConvergedAsync("late", TimeSpan.FromSeconds(60));
        await Until.TrueAsync("the port answers", () => Cluster.Outside.AnswersAsync(Address, 8060));
    }

    [LabFact]
    public async Task A_client_stays_with_one_task_where_the_service_asks_for_it()
    {
        await Machine.OkAsync("service", "create", "--name", "sticky", "--replicas", "3", "--label", "orch.affinity=client", "-p", "8050:80", "echo");

        var answers = new List<string>();
        for (var i = 0; i < 20; i++)
            answers.Add((await Cluster.Outside.HttpAsync(Address, 8050)).Split(' ')[0]);

        Assert.Single(answers.Distinct());
    }

    [LabFact]
    public async Task A_container_s_first_connection_never_hangs()
    {
        var starts = Soak.Count("ORCH_FIRST_CONNECTIONS", 30);
        await Machine.OkAsync("network", "create", "-d", "overlay", "first");
        await Machine.OkAsync("service", "create", "--name", "target", "--network", "first", "--replicas", "2", "echo");
        const string Script = "s=$(date +%s%N 2>/dev/null); timeout 2 wget -q -O - http://target/ >/dev/null && echo CONNECTED || echo FAILED; exec echo-server";

        await Machine.OkAsync("service", "create", "-d", "--name", "starter", "--network", "first", "--replicas", $"{starts}",
            "--stop-grace-period", "1s", "echo", "sh", "-c", Script);
        await Machine.ConvergedAsync("starter", TimeSpan.FromMinutes(5));

        var logs = await Machine.OkAsync("service", "logs", "--raw", "starter");
        output.WriteLine($"{starts} starts");
        Assert.Equal(starts, logs.Split('\n').Count(line => line == "CONNECTED"));
    }
}
