using Orch.Testing;

namespace Orch.Bench.Net;

/// <summary>
/// Four machines on one switch: n1 and n2 are a cluster of orch and have, beside it, a network of the engine joined by a VXLAN
/// made by hand; n3 and n4 are a Docker Swarm. n3 is also the client from outside.
/// </summary>
internal sealed class NetLab(Lab lab) : IAsyncDisposable
{
    public const int PublishedPort = 8080;
    private const string Image = "sleeper:latest", Bridge = "hand0", Vxlan = "handx0";
    private readonly List<OrchMachine> _orch = [];

    private LabMachine One => lab["n1"];
    private LabMachine Two => lab["n2"];
    private LabMachine Outside => lab["n3"];

    public static async Task<NetLab> UpAsync() =>
        new(await Lab.UpAsync(new LabOptions { Machines = 4, Label = "net" }));

    public async Task<IReadOnlyList<NetPath>> PathsAsync()
    {
        await OrchAsync();
        var (client, near, far) = (await TaskAsync(0, "client"), await TaskAsync(0, "near"), await TaskAsync(1, "far"));
        var (nearVip, farVip) = (await TaskAsync(0, "near-vip"), await TaskAsync(1, "far-vip"));
        var hand = await HandAsync();
        var (swarmClient, swarmFar) = await SwarmAsync();
        LabMachine[] ours = [One, Two];
        NetEnd one = Root(One), two = Root(Two), outside = Root(Outside);
        return
        [
            Path(NetReport.HandNear, hand.Client, hand.Near, rules: "0"),
            Path(NetReport.HandNearRules, hand.Client, hand.Near, rules: "1"),
            Path(NetReport.OrchNear, client, near, rules: "1"),
            Path(NetReport.OrchNearVip, client, nearVip, await VipAsync("near-vip"), rules: "1"),
            Path(NetReport.Plain, one, two, rules: ""),
            Path(NetReport.Hand, hand.Client, hand.Far, rules: "0"),
            Path(NetReport.HandRules, hand.Client, hand.Far, rules: "1"),
            Path(NetReport.OrchNoRules, client, far, rules: "0"),
            Path(NetReport.Orch, client, far, rules: "1"),
            Path(NetReport.OrchVip, client, farVip, await VipAsync("far-vip"), rules: "1"),
            Path(NetReport.Swarm, swarmClient, swarmFar, rules: ""),
            Path(NetReport.Published, outside, far, One.Address, PublishedPort, "1"),
        ];

        NetPath Path(string name, NetEnd from, NetEnd to, string? target = null, int port = NetServer.Port, string rules = "") =>
            new(name, from, to, target ?? to.Address, port, rules, ours);
    }

    public async ValueTask DisposeAsync()
    {
        _orch.ForEach(machine => machine.Dispose());
        await lab.DisposeAsync();
    }

    /// <summary>
    /// What is reached by a virtual address is reached by nothing else: a client's clock differs from address to address, and a
    /// server remembers that of a connection that has ended for a minute. It would take the next one from the same port for old.
    /// </summary>
    private async Task OrchAsync()
    {
        _orch.AddRange([new(One), new(Two)]);
        await _orch[0].InitAsync();
        await _orch[1].JoinAsync(_orch[0]);
        await _orch[0].OkAsync("network", "create", "-d", "overlay", "wide");
        foreach (var (name, machine) in ((string, string)[])[("client", "n1"), ("near", "n1"), ("near-vip", "n1"), ("far", "n2"), ("far-vip", "n2")])
        {
            string[] publish = name == "far" ? ["-p", $"{PublishedPort}:{NetServer.Port}"] : [];
            await _orch[0].OkAsync(["service", "create", "--name", name, "--network", "wide", "--constraint", $"node.hostname=={machine}", .. publish, Image]);
        }
    }

    private async Task<NetEnd> TaskAsync(int machine, string service)
    {
        var task = (await _orch[machine].RunningTasksAsync()).Values.First(one =>
            one.Json.GetProperty("Config").GetProperty("Labels").GetProperty("com.docker.swarm.service.name").GetString() == service);
        return End(_orch[machine].Machine, task);
    }

    private async Task<string> VipAsync(string service)
    {
        var endpoint = (await _orch[0].Api.GetAsync($"services/{service}")).GetProperty("Endpoint");
        return endpoint.GetProperty("VirtualIPs")[0].GetProperty("Addr").GetString()!.Split('/')[0];
    }

    /// <summary>As orch makes it: a bridge of the engine on each machine, a VXLAN device that floods nothing and learns nothing, permanent entries.</summary>
    private async Task<(NetEnd Client, NetEnd Near, NetEnd Far)> HandAsync()
    {
        var ends = new List<NetEnd>();
        foreach (var (machine, number, tasks) in ((LabMachine, int, string[])[])[(One, 1, ["10.60.0.11", "10.60.0.12"]), (Two, 2, ["10.60.0.21"])])
        {
            await RunAsync(machine, $"docker network create -d bridge --subnet 10.60.0.0/24 --gateway 10.60.0.{number} "
                + $"-o com.docker.network.bridge.name={Bridge} -o com.docker.network.driver.mtu=1450 hand");
            await RunAsync(machine, $"ip link add {Vxlan} mtu 1450 type vxlan id 99 dstport 4789 local {machine.Address} nolearning proxy");
            await RunAsync(machine, $"ip link set {Vxlan} master {Bridge} up");
            await RunAsync(machine, $"bridge link set dev {Vxlan} learning off");
            foreach (var address in tasks)
                ends.Add(await StartedAsync(machine, "hand", $"--ip {address}"));
        }
        await PeersAsync(One, Two, [ends[2]]);
        await PeersAsync(Two, One, [ends[0], ends[1]]);
        return (ends[0], ends[1], ends[2]);
    }

    private static async Task PeersAsync(LabMachine here, LabMachine there, IEnumerable<NetEnd> tasks)
    {
        foreach (var task in tasks)
        {
            var mac = (await File.ReadAllTextAsync($"/proc/{task.Network.Pid}/root/sys/class/net/eth0/address")).Trim();
            await RunAsync(here, $"ip neigh replace {task.Address} lladdr {mac} dev {Vxlan} nud permanent");
            await RunAsync(here, $"bridge fdb replace {mac} dev {Vxlan} dst {there.Address} self master static");
        }
    }

    /// <summary>Task addresses: virtual addresses of a Swarm need ip_vs, which not every kernel has.</summary>
    private async Task<(NetEnd Client, NetEnd Far)> SwarmAsync()
    {
        var (manager, worker) = (lab["n3"], lab["n4"]);
        await manager.Engine.SendAsync(HttpMethod.Post, "/swarm/init", new { ListenAddr = "0.0.0.0:2377", AdvertiseAddr = manager.Address });
        var token = (await manager.Engine.SendAsync(HttpMethod.Get, "/swarm")).GetProperty("JoinTokens").GetProperty("Worker").GetString();
        await worker.Engine.SendAsync(HttpMethod.Post, "/swarm/join",
            new { ListenAddr = "0.0.0.0:2377", AdvertiseAddr = worker.Address, RemoteAddrs = new[] { $"{manager.Address}:2377" }, JoinToken = token });
        await RunAsync(manager, "docker network create -d overlay --attachable swarmed");
        return (await StartedAsync(manager, "swarmed"), await StartedAsync(worker, "swarmed"));
    }

    private static async Task<NetEnd> StartedAsync(LabMachine machine, string network, string more = "")
    {
        var id = (await RunAsync(machine, $"docker run -d --network {network} {more} {Image}")).Trim();
        return End(machine, await machine.Engine.InspectAsync(id));
    }

    private static NetEnd End(LabMachine machine, EngineContainerDetails container)
    {
        var network = container.Json.GetProperty("NetworkSettings").GetProperty("Networks").EnumerateObject().Single().Value;
        return new(machine.Processes().First(process => process.Pid == container.Pid).HostProcess, network.GetProperty("IPAddress").GetString()!);
    }

    private static NetEnd Root(LabMachine machine) => new(machine.Processes().First(process => process.Pid == 1).HostProcess, machine.Address);

    private static async Task<string> RunAsync(LabMachine machine, string command) =>
        (await machine.ExecAsync(command.Split(' ', StringSplitOptions.RemoveEmptyEntries))).EnsureSuccess().Output;
}
