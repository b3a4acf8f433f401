using System.Text.Json;
using Orch.Tests.EndToEnd.Cluster;
using Orch.Tests.EndToEnd.Networks;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd.Overlay;

/// <summary>Three machines with three engines, from 20.10 to the newest that Debian has: one cluster, and no difference.</summary>
public sealed class EngineTests(EngineCluster cluster, ITestOutputHelper output) : IClassFixture<EngineCluster>, IAsyncLifetime
{
    private OrchMachine Manager => cluster.Manager;

    private IEnumerable<OrchMachine> Newer => cluster.Machines.Skip(1);

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => cluster.Missing is null ? cluster.EmptyAsync() : Task.CompletedTask;

    [EngineFact(EngineCluster.Trixie, EngineCluster.Sid)]
    public async Task Names_ports_and_secrets_are_the_same_on_every_engine()
    {
        await TellVersionsAsync();
        await Manager.OkAsync("network", "create", "-d", "overlay", "mixed");
        await Manager.OkAsync("network", "create", "-d", "overlay", "--internal", "inner");
        (await Manager.Machine.ExecAsync(new ExecOptions { Input = "canary" }, OrchMachine.Program("orch"), "secret", "create", "word", "-")).EnsureSuccess();
        (await Manager.Machine.ExecAsync(new ExecOptions { Input = "#!/bin/sh\necho ran" }, OrchMachine.Program("orch"), "config", "create", "program", "-")).EnsureSuccess();
        await Manager.OkAsync("service", "create", "--name", "shop_web", "--label", "com.docker.stack.namespace=shop", "--mode", "global",
            "--network", "name=mixed,alias=web", "--network", "inner", "--secret", "word",
            "--config", "source=program,target=/program,mode=0555", "-p", "8080:80", "echo:v1");
        await Manager.OkAsync("service", "create", "--name", "far", "--network", "mixed", "--constraint", "node.hostname==n3",
            "--label", "orch.client-address=keep", "-p", "8081:80", "echo");
        await Manager.OkAsync("service", "create", "--name", "shut", "--network", "inner", "--mode", "global", "-p", "8082:80", "echo");

        var vip = await Manager.VipAsync("shop_web");
        await Task.WhenAll(cluster.Machines.Select(async machine =>
        {
            var asker = (await machine.ContainersAsync("shop_web"))[0];
            await NamesAsync(machine, asker, vip);
            Assert.Equal("canaryran\n", (await machine.InsideAsync(asker, "sh", "-c", "cat /run/secrets/word; /program")).Output);
            await PortsAsync(machine);
            await InnerAsync(machine, asker);
        }));
        await Manager.OkAsync("network", "check", "mixed", "inner");
    }

    [EngineFact(EngineCluster.Trixie, EngineCluster.Sid)]
    public async Task An_update_rolls_over_engines_and_every_task_has_the_addresses_it_was_given()
    {
        await Manager.OkAsync("network", "create", "-d", "overlay", "rolling");
        await Manager.OkAsync("network", "create", "-d", "overlay", "second");
        await Manager.OkAsync("service", "create", "--name", "web", "--network", "rolling", "--network", "second", "--mode", "global",
            "-p", "8080:80", "--update-monitor", "100ms", "echo:v1");
        var load = new Traffic(cluster.Outside, cluster.Machines[2].Machine.Address, 8080, clients: 2).Start();

        await Manager.OkAsync("service", "update", "--image", "echo:v2", "web");

        await load.StopAsync();
        output.WriteLine($"{load.Done} requests during the update");
        Assert.Empty(load.Failures);
        foreach (var machine in cluster.Machines)
        {
            var container = await machine.Machine.Engine.InspectAsync((await machine.ContainersAsync("web"))[0]);
            Assert.EndsWith("echo:v2", container.Json.GetProperty("Config").GetProperty("Image").GetString(), StringComparison.Ordinal);
            var primary = container.Json.GetProperty("NetworkSettings").GetProperty("Networks").EnumerateObject()
                .MinBy(network => network.Name, StringComparer.Ordinal).Value;
            Assert.Contains($"default via {Text(primary, "Gateway")} ", (await machine.InsideAsync(container.Id, "ip", "route")).Output, StringComparison.Ordinal);
            foreach (var (address, hardware) in Endpoints(container))
                Assert.Equal($"02:42:{string.Join(':', address.Split('.').Select(part => $"{byte.Parse(part, null):x2}"))}", hardware);
        }
    }

    [EngineFact(EngineCluster.Trixie, EngineCluster.Sid)]
    public async Task An_engine_that_restarts_changes_no_container_and_its_firewall_is_right_again()
    {
        await Manager.OkAsync("network", "create", "-d", "overlay", "lasting");
        await Manager.OkAsync("service", "create", "--name", "web", "--network", "lasting", "--mode", "global", "-p", "8080:80", "echo");
        await Manager.OkAsync("network", "create", "-d", "overlay", "--internal", "locked");
        await Manager.OkAsync("service", "create", "--name", "asker", "--network", "locked", "--network", "lasting", "--mode", "global", "echo");
        await Task.WhenAll(Newer.Select(async machine =>
        {
            var before = await machine.RunningTasksAsync();
            foreach (var kill in (bool[])[true, false])
            {
                await (kill ? machine.Machine.KillEngineAsync() : machine.Machine.StopEngineAsync());
                await Until.TrueAsync("the port answers without an engine", () => cluster.Outside.AnswersAsync(machine.Machine.Address, 8080));
                await machine.Machine.StartEngineAsync();
                await Until.TrueAsync("the firewall is right", () => FirewallAsync(machine));
            }

            var after = await machine.RunningTasksAsync();
            Assert.Equal(before.Keys.Order(StringComparer.Ordinal), after.Keys.Order(StringComparer.Ordinal));
            Assert.All(before, task => Assert.Equal(task.Value.Pid, after[task.Key].Pid));
            await Until.TrueAsync("the port answers", () => cluster.Outside.AnswersAsync(machine.Machine.Address, 8080));
            await Until.TrueAsync("localhost answers", () => machine.Machine.AnswersAsync("127.0.0.1", 8080));
            var asker = (await machine.ContainersAsync("asker"))[0];
            await machine.AllPagesAsync(asker, "web", $"{machine.Machine.Address}:8080");
        }));
    }

    private async Task TellVersionsAsync()
    {
        var versions = new List<string>();
        foreach (var machine in cluster.Machines)
        {
            var engine = await machine.Machine.Engine.SendAsync(HttpMethod.Get, "/version");
            versions.Add($"{engine.GetProperty("Version").GetString()} (API {engine.GetProperty("ApiVersion").GetString()})");
        }
        output.WriteLine(string.Join(", ", versions));
        Assert.Equal(3, versions.Distinct().Count());
    }

    private async Task NamesAsync(OrchMachine machine, string asker, string vip)
    {
        string[] service = ["web", "shop_web", "web.shop", "WEB"], tasks = ["tasks.web", "tasks.shop_web", "tasks.web.shop"];
        var names = await machine.ResolveAllAsync(asker, [.. service, .. tasks, "1.far", "nobody"]);
        Assert.All(service, name => Assert.Contains(vip, names[name]));
        Assert.All(tasks, name => Assert.Equal(3, names[name].Count(address => SameNetwork(address, vip))));
        Assert.Empty(names["nobody"]);
        var far = Assert.Single(names["1.far"]);
        var others = await machine.InsideAsync(asker, "sh", "-c", $"nslookup {far}; nslookup -type=srv _80._tcp.far");
        Assert.Contains("name = far.1.", others.Output, StringComparison.Ordinal);
        Assert.Contains(" 80 far.1.", others.Output, StringComparison.Ordinal);
        await machine.AllPagesAsync(asker, ["web", "far", "shut", .. names["tasks.web"]]);
    }

    /// <summary>8080 has a task here, 8081 one on the third machine alone, 8082 is on an internal network.</summary>
    private async Task PortsAsync(OrchMachine machine)
    {
        var address = machine.Machine.Address;
        foreach (var port in (int[])[8080, 8081, 8082])
            await Until.TrueAsync($"port {port} of {address} answers", () => cluster.Outside.AnswersAsync(address, port));
        Assert.Equal(3, (await NetworkProbe.HostsAsync(() => cluster.Outside.HttpAsync(address, 8080), enough: 3)).Count);
        Assert.EndsWith($" {cluster.Outside.Address}", await cluster.Outside.HttpAsync(address, 8081), StringComparison.Ordinal);
        Assert.NotEmpty(await machine.Machine.HttpAsync("127.0.0.1", 8081));
    }

    /// <summary>A task that is on an internal network alone reaches that, and nothing else.</summary>
    private async Task InnerAsync(OrchMachine machine, string outer)
    {
        var container = (await machine.ContainersAsync("shut"))[0];
        var inner = (await machine.AddressesAsync(container)).Values.Single();
        var shut = await machine.ResolveAsync(container, "tasks.shut");
        Assert.Equal(3, shut.Count);
        await machine.AllPagesAsync(container, ["shut", "web", .. shut]);
        await machine.AllPagesAsync(outer, inner);
        Assert.NotEqual(0, (await machine.InsideAsync(container, "ping", "-c", "1", "-W", "1", cluster.Outside.Address)).ExitCode);
        Assert.Equal(0, (await machine.InsideAsync(outer, "ping", "-c", "1", "-W", "2", cluster.Outside.Address)).ExitCode);
    }

    private static async Task<bool> FirewallAsync(OrchMachine machine)
    {
        var rules = (await machine.Machine.ExecAsync("iptables-save", "-t", "filter")).EnsureSuccess().Output.Split('\n');
        var links = (await machine.Machine.ExecAsync("ls", "/sys/class/net")).Output.Split((char[]?)null)
            .Where(name => name.StartsWith("or-", StringComparison.Ordinal)).ToList();
        return links.Count == 2
            && rules.First(rule => rule.StartsWith("-A FORWARD ", StringComparison.Ordinal)) == "-A FORWARD -j DOCKER-USER"
            && links.All(link => ((string[])["-i", "-o"]).All(way =>
                rules.Contains($"-A DOCKER-USER {way} {link} -m conntrack --ctstate DNAT -j ACCEPT")));
    }

    private static IEnumerable<(string Address, string Hardware)> Endpoints(EngineContainerDetails container) =>
        from network in container.Json.GetProperty("NetworkSettings").GetProperty("Networks").EnumerateObject()
        where network.Name.StartsWith("orch-", StringComparison.Ordinal)
        select (Text(network.Value, "IPAddress"), Text(network.Value, "MacAddress"));

    private static string Text(JsonElement value, string name) => value.GetProperty(name).GetString()!;

    private static bool SameNetwork(string one, string other) =>
        one[..one.LastIndexOf('.')] == other[..other.LastIndexOf('.')];
}
