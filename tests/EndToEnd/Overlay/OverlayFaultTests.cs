using System.Diagnostics;
using Orch.Tests.EndToEnd.Cluster;
using Orch.Tests.EndToEnd.Networks;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd.Overlay;

/// <summary>One network over three machines, of which one is lost, killed or cut off.</summary>
public sealed class OverlayFaultTests(OverlayCluster cluster, ITestOutputHelper output) : ClusterTests<OverlayCluster>(cluster)
{
    [LabFact]
    public async Task Tasks_of_a_machine_that_lost_power_leave_names_and_ports_and_it_comes_back_into_both()
    {
        await Manager.OkAsync("network", "create", "-d", "overlay", "lossy");
        await Manager.OkAsync("service", "create", "--name", "web", "--network", "lossy", "--mode", "global", "-p", "8080:80", "echo");
        var asker = (await Manager.ContainersAsync("web"))[0];
        Assert.Equal(3, (await Manager.ResolveAsync(asker, "tasks.web")).Count);
        var lost = Cluster.Machines[2];
        for (var round = 0; round < Soak.Count("ORCH_OVERLAY_LOSSES", 1); round++)
        {
            await lost.Machine.PowerOffAsync();
            var clock = Stopwatch.StartNew();
            await Until.TrueAsync("no answer contains its task", async () => (await Manager.ResolveAsync(asker, "tasks.web")).Count == 2);
            output.WriteLine($"power loss to answers without its task: {clock.Elapsed.TotalSeconds:f2} s");
            for (var i = 0; i < 20; i++)
            {
                Assert.NotEmpty(await Cluster.Outside.HttpAsync(Cluster.Machines[i % 2].Machine.Address, 8080));
                Assert.Equal(2, (await Manager.ResolveAsync(asker, "tasks.web")).Count);
            }

            await lost.Machine.BootAsync();
            await lost.OkAsync("start");
            await Until.TrueAsync("it is back in names", async () => (await Manager.ResolveAsync(asker, "tasks.web")).Count == 3, TimeSpan.FromSeconds(60));
            await Until.TrueAsync("its port answers", () => Cluster.Outside.AnswersAsync(lost.Machine.Address, 8080));
            foreach (var address in await Manager.ResolveAsync(asker, "tasks.web"))
                await Until.TrueAsync($"{address} is reached", async () =>
                    (await Manager.InsideAsync(asker, "timeout", "2", "wget", "-q", "-O", "-", $"http://{address}/")).ExitCode == 0);
        }
    }

    [LabFact]
    public Task A_machine_that_freezes_for_a_second_and_a_half_keeps_its_tasks() => BlipsAsync(
        Soak.Count("ORCH_FREEZES", 6), "frozen", TimeSpan.FromSeconds(1.5), machine => machine.FreezeAsync(), machine => machine.ThawAsync());

    [LabFact]
    public Task A_machine_that_is_cut_off_for_a_second_keeps_its_tasks() => BlipsAsync(
        Soak.Count("ORCH_PARTITIONS", 6), "parted", TimeSpan.FromSeconds(1), machine => machine.CutAsync(), machine => machine.HealAsync());

    /// <summary>Each machine in turn, the manager's too; no task moves, and all of them are in the answers all the while.</summary>
    private async Task BlipsAsync(int count, string network, TimeSpan length, Func<LabMachine, Task> begin, Func<LabMachine, Task> end)
    {
        await Manager.OkAsync("network", "create", "-d", "overlay", network);
        await Manager.OkAsync("service", "create", "--name", "web", "--network", network, "--mode", "global", "echo");
        var before = await Manager.OkAsync("service", "ps", "web", "-q", "--no-trunc");
        List<string> askers = [];
        foreach (var machine in Cluster.Machines)
            askers.Add((await machine.ContainersAsync("web"))[0]);
        for (var i = 0; i < count; i++)
        {
            var (away, watching) = (i % 3, (i + 1) % 3);
            await begin(Cluster.Machines[away].Machine);
            await Until.PassedAsync(length * 0.8);
            var answer = Cluster.Machines[watching].ResolveAsync(askers[watching], "tasks.web");   // not waited for: it is no longer than said
            await Until.PassedAsync(length * 0.2);
            await end(Cluster.Machines[away].Machine);
            Assert.Equal(3, (await answer).Count);
            await Until.PassedAsync(TimeSpan.FromSeconds(1));
            Assert.Equal(3, (await Cluster.Machines[watching].ResolveAsync(askers[watching], "tasks.web")).Count);
        }
        await Cluster.ReadyAsync();
        Assert.Equal(before, await Manager.OkAsync("service", "ps", "web", "-q", "--no-trunc"));
    }

    [LabFact]
    public async Task Agents_killed_under_traffic_over_machines_cost_no_request_and_no_container()
    {
        await Manager.OkAsync("network", "create", "-d", "overlay", "steady");
        await Manager.OkAsync("service", "create", "--name", "web", "--network", "steady", "--mode", "global", "-p", "8080:80", "echo");
        var tasks = (await Manager.OkAsync("service", "ps", "web", "--no-trunc", "--format", "{{.Node}} {{.ID}}")).Trim().Split('\n')
            .Select(line => line.Split(' ')).ToDictionary(words => words[0], words => words[1]);
        var before = new List<string>();
        foreach (var machine in Cluster.Machines)
            before.AddRange((await machine.RunningTasksAsync()).Values.Select(task => task.Id));
        var loads = Cluster.Machines.Select(machine => new Traffic(Cluster.Outside, machine.Machine.Address, 8080, clients: 2).Start()).ToList();

        for (var kill = 0; kill < Soak.Count("ORCH_OVERLAY_KILLS", 3); kill++)
        {
            var machine = Cluster.Machines[kill % 3];
            await machine.KillDaemonsAsync("orch-agent");
            var done = loads.Sum(load => load.Done);
            await Until.TrueAsync("traffic goes on", () => loads.Sum(load => load.Done) > done + 100);

            // A node whose agent never comes to say anything is down, and its tasks get no connections then: that is another fault.
            await Until.TrueAsync("the agent is back", async () =>
                (await Manager.OrchAsync("dns", "query", "web", "--from", tasks[machine.Machine.Name])).ExitCode == 0);
        }
        foreach (var load in loads)
            await load.StopAsync();

        output.WriteLine($"{loads.Sum(load => load.Done)} requests, {loads.Sum(load => load.Failures.Count)} failed");
        foreach (var load in loads)
            output.WriteLine($"{string.Join('\n', load.Failures.Take(3).Concat(load.Failures.Reverse().Take(3)))}");
        Assert.Empty(loads.SelectMany(load => load.Failures));
        var after = new List<string>();
        foreach (var machine in Cluster.Machines)
            after.AddRange((await machine.RunningTasksAsync()).Values.Select(task => task.Id));
        Assert.Equal(before, after);
    }

    [LabFact]
    public async Task Nothing_stays_on_any_machine_of_networks_that_come_and_go()
    {
        for (var round = 0; round < Soak.Count("ORCH_OVERLAY_ROUNDS", 2); round++)
        {
            await Manager.OkAsync("network", "create", "-d", "overlay", $"brief{round}");
            await Manager.OkAsync("service", "create", "--name", "web", "--network", $"brief{round}", "--mode", "global", "-p", "8080:80", "echo");
            foreach (var machine in Cluster.Machines)
                await Until.TrueAsync("its port answers", () => Cluster.Outside.AnswersAsync(machine.Machine.Address, 8080));
            await Manager.OkAsync("service", "rm", "web");
            await Until.TrueAsync("the network can be removed",
                async () => (await Manager.OrchAsync("network", "rm", $"brief{round}")).ExitCode == 0, TimeSpan.FromSeconds(60));
        }
        foreach (var machine in Cluster.Machines)
            Assert.Empty(await NetworkTraces.LeftAsync(() => NetworkTraces.OfNetworksAsync(machine)));
    }

    [LabFact]
    public async Task Networks_are_isolated_from_each_other_on_all_machines()
    {
        var networks = Soak.Count("ORCH_OVERLAY_NETWORKS", 3);
        for (var i = 0; i < networks; i++)
        {
            await Manager.OkAsync("network", "create", "-d", "overlay", $"apart{i}");
            await Manager.OkAsync("service", "create", "-d", "--name", $"only{i}", "--network", $"name=apart{i},alias=same", "--mode", "global", "echo");
        }
        List<(OrchMachine Machine, int Network, string Container, string Address)> tasks = [];
        List<string> vips = [];
        for (var i = 0; i < networks; i++)
        {
            await Manager.ConvergedAsync($"only{i}", TimeSpan.FromSeconds(60));
            vips.Add(await Manager.VipAsync($"only{i}"));
            foreach (var machine in Cluster.Machines)
            {
                var container = (await machine.ContainersAsync($"only{i}"))[0];
                tasks.Add((machine, i, container, (await machine.AddressesAsync(container)).Values.Single()));
            }
        }

        foreach (var from in tasks)
        {
            Assert.Equal([vips[from.Network]], await from.Machine.ResolveAsync(from.Container, "same"));
            var own = tasks.Where(to => to.Network == from.Network).Select(to => to.Address);
            var others = tasks.Where(to => to.Network != from.Network).Select(to => to.Address).Concat(vips.Where((_, i) => i != from.Network));
            string Ask(string address, string mark) => $"(timeout 2 wget -q -O - http://{address}/ >/dev/null && echo {mark}) &";
            var script = string.Join(' ', own.Select(address => Ask(address, "OWN")).Concat(others.Select(address => Ask(address, "OTHER")))) + " wait";
            var answer = (await from.Machine.InsideAsync(from.Container, "sh", "-c", script)).Output;
            Assert.Equal(3, answer.Split("OWN").Length - 1);
            Assert.DoesNotContain("OTHER", answer, StringComparison.Ordinal);
        }
    }
}
