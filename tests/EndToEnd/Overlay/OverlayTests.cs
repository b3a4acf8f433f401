using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Orch.Tests.EndToEnd.Cluster;
using Orch.Tests.EndToEnd.Networks;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd.Overlay;

/// <summary>One network over three machines: whoever asks, wherever the tasks are.</summary>
public sealed class OverlayTests(OverlayCluster cluster, ITestOutputHelper output) : ClusterTests<OverlayCluster>(cluster)
{
    [LabFact]
    public async Task Every_name_and_port_leads_to_tasks_on_every_machine()
    {
        await Manager.OkAsync("network", "create", "-d", "overlay", "wide");
        await Manager.OkAsync("service", "create", "--name", "web", "--network", "wide", "--mode", "global", "-p", "8080:80", "echo");
        await Manager.OkAsync("service", "create", "--name", "far", "--network", "wide", "--constraint", "node.hostname==n3", "-p", "8081:80",
            "-p", "9001:80/udp", "echo");
        await Manager.OkAsync("service", "create", "--name", "direct", "--network", "wide", "--mode", "global", "--endpoint-mode", "dnsrr", "echo");
        var hosts = new HashSet<string>();
        foreach (var machine in Cluster.Machines)
            hosts.UnionWith(await machine.HostsAsync(await machine.ContainersAsync("web")));
        Assert.Equal(3, hosts.Count);

        foreach (var machine in Cluster.Machines)
        {
            var asker = (await machine.ContainersAsync("web"))[0];
            var own = (await machine.AddressesAsync(asker)).Values.Single();
            Assert.Equal(3, (await machine.ResolveAsync(asker, "tasks.web")).Count);
            Assert.Equal(3, (await machine.ResolveAsync(asker, "direct")).Count);
            foreach (var address in await machine.ResolveAsync(asker, "tasks.web"))
                Assert.NotEmpty(await machine.PageAsync(asker, address));
            var far = (await machine.PageAsync(asker, "far")).Split(' ');
            if (machine != Cluster.Machines[2])
                Assert.StartsWith(own, far[1], StringComparison.Ordinal);
            Assert.Equal(hosts, await NetworkProbe.HostsAsync(() => machine.PageAsync(asker, "web"), hosts.Count));
            foreach (var other in Cluster.Machines)
                Assert.NotEmpty(await machine.PageAsync(asker, $"{other.Machine.Address}:8081"));
        }

        foreach (var address in Cluster.Machines.Select(machine => machine.Machine.Address))
        {
            Assert.Equal(hosts, await NetworkProbe.HostsAsync(() => Cluster.Outside.HttpAsync(address, 8080), hosts.Count));
            Assert.NotEmpty(await Cluster.Outside.HttpAsync(address, 8081));
            Assert.NotEmpty(await Cluster.Outside.UdpAsync(address, 9001));
        }
        foreach (var machine in Cluster.Machines)
        {
            Assert.NotEmpty(await machine.Machine.HttpAsync("127.0.0.1", 8081));
            Assert.NotEmpty(await machine.Machine.HttpAsync(await Manager.VipAsync("far"), 80));
        }
    }

    [LabFact]
    public async Task A_task_on_another_machine_sees_the_client_where_its_service_asks_for_it()
    {
        await Manager.OkAsync("network", "create", "-d", "overlay", "seen");
        await Manager.OkAsync("service", "create", "--name", "seer", "--network", "seen", "--constraint", "node.hostname==n2",
            "--label", "orch.client-address=keep", "--label", "orch.port.8083.client-address=none", "-p", "8082:80", "-p", "8083:80", "-p", "9002:80/udp", "echo");
        await Manager.OkAsync("service", "create", "--name", "asker", "--network", "seen", "--mode", "global", "echo");
        var client = Cluster.Outside.Address;

        foreach (var machine in Cluster.Machines)
        {
            var address = machine.Machine.Address;
            Assert.EndsWith($" {client}", await Cluster.Outside.HttpAsync(address, 8082), StringComparison.Ordinal);
            Assert.EndsWith($" {client}", await Cluster.Outside.UdpAsync(address, 9002), StringComparison.Ordinal);
            Assert.Equal(address == Cluster.Machines[1].Machine.Address,
                (await Cluster.Outside.HttpAsync(address, 8083)).EndsWith($" {client}", StringComparison.Ordinal));

            // Clients of the cluster itself get their answer all the same.
            Assert.NotEmpty(await Cluster.Machines[1].Machine.HttpAsync(address, 8082));
            Assert.NotEmpty(await machine.Machine.HttpAsync("127.0.0.1", 8082));
            Assert.NotEmpty(await machine.PageAsync((await machine.ContainersAsync("asker"))[0], $"{address}:8082"));
        }
    }

    [LabFact]
    public async Task Updates_drains_and_scales_under_load_lose_no_request()
    {
        var requests = Soak.Count("ORCH_OVERLAY_REQUESTS", 3_000);
        await Manager.OkAsync("network", "create", "-d", "overlay", "roll");
        await Manager.OkAsync("service", "create", "--name", "web", "--network", "roll", "--replicas", "4", "-p", "8080:80",
            "--update-monitor", "100ms", "--update-parallelism", "2", "echo:v1");
        var loads = Cluster.Machines.Select(machine => new Traffic(Cluster.Outside, machine.Machine.Address, 8080, clients: 2).Start()).ToList();

        long Done() => loads.Sum(load => load.Done);
        var rounds = 0;
        do
        {
            await Manager.OkAsync("service", "update", "--image", rounds % 2 == 0 ? "echo:v2" : "echo:v1", "web");
            await Manager.OkAsync("node", "update", "--availability", "drain", "n3");
            await Until.TrueAsync("n3 is empty", async () => (await Cluster.Machines[2].RunningTasksAsync()).Count == 0);
            await Manager.OkAsync("node", "update", "--availability", "active", "n3");
            await Manager.OkAsync("service", "scale", "web=7");
            await Manager.OkAsync("service", "scale", "web=4");
            rounds++;
        }
        while (Done() < requests);
        foreach (var load in loads)
            await load.StopAsync();

        output.WriteLine($"{rounds} rounds of update, drain and scale, {Done()} requests, {loads.Sum(load => load.Failures.Count)} failed");
        Assert.Empty(loads.SelectMany(load => load.Failures));
        Assert.All(loads, load => Assert.True(load.ByHost.Count > 4, "a machine never led to other tasks"));
    }

    [LabFact]
    public async Task A_frame_from_a_machine_that_is_not_of_the_cluster_is_dropped()
    {
        await Manager.OkAsync("network", "create", "-d", "overlay", "guarded");
        await Manager.OkAsync("service", "create", "--name", "web", "--network", "guarded", "--mode", "global", "echo");
        var container = (await Manager.ContainersAsync("web"))[0];
        var target = (await Manager.AddressesAsync(container)).Values.Single();
        var vni = uint.Parse((await Manager.Machine.ExecAsync("ls", "/sys/class/net")).Output.Split((char[]?)null)
            .Single(name => name.StartsWith("ox-", StringComparison.Ordinal))[3..], CultureInfo.InvariantCulture);
        const int Frames = 20;
        async Task<long> HeardAsync(LabMachine from)
        {
            var before = await DatagramsAsync(container);
            using var socket = from.CreateSocket(SocketType.Dgram, ProtocolType.Udp);
            for (var i = 0; i < Frames; i++)
                await socket.SendToAsync(VxlanFrame.Datagram(vni, target, port: 80), new IPEndPoint(IPAddress.Parse(Manager.Machine.Address), 4789));
            for (var i = 0; i < 20 && await DatagramsAsync(container) < before + Frames; i++)
                await Until.PassedAsync(TimeSpan.FromMilliseconds(50));
            return await DatagramsAsync(container) - before;
        }

        Assert.Equal(Frames, await HeardAsync(Cluster.Machines[1].Machine));
        Assert.Equal(0, await HeardAsync(Cluster.Outside));
    }

    private async Task<long> DatagramsAsync(string container)
    {
        var udp = (await Manager.InsideAsync(container, "cat", "/proc/net/snmp")).EnsureSuccess().Output.Split('\n')
            .Where(line => line.StartsWith("Udp:", StringComparison.Ordinal)).Select(line => line.Split(' ')).ToList();
        return long.Parse(udp[1][Array.IndexOf(udp[0], "InDatagrams")], CultureInfo.InvariantCulture);
    }
}
