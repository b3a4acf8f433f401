using System.Diagnostics;
using System.Text.Json;
using Orch.Tests.EndToEnd.Cluster;
using Xunit.Abstractions;

namespace Orch.Tests.EndToEnd.Networks;

/// <summary>Three machines, looked into: what is shown of them while they are well, and what is named when a way between two is broken.</summary>
public sealed class LookTests(ThreeMachineCluster cluster, ITestOutputHelper output) : IClassFixture<ThreeMachineCluster>
{
    private readonly Stopwatch _clock = Stopwatch.StartNew();

    private OrchMachine Manager => cluster.Manager;

    [LabFact]
    public async Task A_cluster_is_looked_into_and_its_broken_pairs_are_named()
    {
        await Manager.OkAsync("network", "create", "-d", "overlay", "front");
        await Manager.OkAsync("service", "create", "--name", "web", "--network", "front", "--replicas", "3", "--publish", "8080:80/udp",
            "--publish", "mode=host,target=81,published=8081,protocol=udp", "sleeper");

        await InspectAsync();
        await PortsAsync();
        await NamesAsync();
        await DoctorAsync();
        output.WriteLine($"looked at after {_clock.Elapsed.TotalSeconds:f1} s");
        await Until.TrueAsync("all is well", async () =>
        {
            var check = await Manager.OrchAsync("network", "check", "--verbose", "front");
            output.WriteLine(check.Output + check.Error);
            return check.ExitCode == 0;
        });

        await BlockedPortAsync();
        await ShortPacketsAsync();
        output.WriteLine($"checked after {_clock.Elapsed.TotalSeconds:f1} s");
        await FrozenMachineAsync();
        output.WriteLine($"done after {_clock.Elapsed.TotalSeconds:f1} s");
    }

    private async Task InspectAsync()
    {
        output.WriteLine(await Manager.OkAsync("network", "inspect", "--pretty", "front"));
        var network = JsonDocument.Parse(await Manager.OkAsync("network", "inspect", "front")).RootElement[0];
        Assert.Equal("swarm", network.GetProperty("Scope").GetString());
        var ours = network.GetProperty("Orch");
        Assert.Equal(1450, ours.GetProperty("MTU").GetInt32());
        await Until.TrueAsync("it stands everywhere", async () => (await Manager.OkAsync("network", "inspect",
            "-f", "{{range .Orch.Machines}}{{.Hostname}} {{.State}};{{end}}", "front")).Trim() == "n1 stands;n2 stands;n3 stands;");
    }

    private async Task PortsAsync()
    {
        var ports = await Manager.OkAsync("port", "ls", "--format", "{{.Port}}/{{.Protocol}} {{.Mode}} {{.Nodes}} {{.Address}}");
        Assert.Equal(["8080/udp ingress all *", .. cluster.Machines.Select(one => $"8081/udp host {one.Machine.Name} {one.Machine.Address}")],
            ports.Trim().Split('\n'));
    }

    private async Task NamesAsync()
    {
        var vip = await Manager.VipAsync("web");
        foreach (var from in new[] { "web.1", "web.2", "web.3" })
        {
            Assert.Equal($"{vip} front web 2", (await Manager.OkAsync("dns", "query", "web", "--from", from,
                "--format", "{{range .Answers}}{{.Value}} {{.Network}} {{.Service}} {{.TTL}}{{end}}")).Trim());
        }
        output.WriteLine(await Manager.OkAsync("dns", "query", "tasks.web", "--from", "web.2"));
        Assert.Contains("NXDOMAIN", (await Manager.OrchAsync("dns", "query", "9.web", "--from", "web.1")).Output, StringComparison.Ordinal);
    }

    private async Task DoctorAsync()
    {
        var well = await Manager.OrchAsync("doctor");
        Assert.True(well.ExitCode == 0, well.Output + well.Error);
        var ill = cluster.Machines[2];
        await ill.Machine.ExecAsync("iptables", "-P", "INPUT", "DROP");
        var found = await ill.OrchAsync("doctor");
        await ill.Machine.ExecAsync("iptables", "-P", "INPUT", "ACCEPT");
        output.WriteLine(found.Output);
        Assert.Equal(1, found.ExitCode);
        Assert.Matches(@"problem +firewall +packets of networks, UDP port 4789: blocked", found.Output);
    }

    /// <summary>One direction only, in the firewall of the machine that is sent to.</summary>
    private async Task BlockedPortAsync()
    {
        var (from, to) = (cluster.Machines[1].Machine, cluster.Machines[2].Machine);
        await NamedAsync(to, $"udp dport 4789 ip saddr {from.Address} drop",
            $"n2 -> n3: no packet of the overlay arrives: is UDP port 4789 blocked between {from.Address} and {to.Address}?");
    }

    private async Task ShortPacketsAsync()
    {
        await NamedAsync(cluster.Machines[0].Machine, $"udp dport 4789 ip saddr {cluster.Machines[2].Machine.Address} ip length > 1422 drop",
            "n3 -> n1: packets of 1450 bytes do not pass, those of 1372 do: the underlay's MTU between ");
    }

    private async Task FrozenMachineAsync()
    {
        // A machine that hangs for a moment only, or it would be down: it is the check that must end.
        var hung = cluster.Machines[2].Machine;
        await hung.FreezeAsync();
        try
        {
            var check = await Manager.OrchAsync("network", "check", "front");
            output.WriteLine(check.Output);
            Assert.Equal(1, check.ExitCode);
            Assert.Contains("n3: ", check.Output, StringComparison.Ordinal);
        }
        finally
        {
            await hung.ThawAsync();
        }
    }

    /// <summary>With this rule in its firewall that problem is the only one. A slow machine may need another try to say so.</summary>
    private async Task NamedAsync(LabMachine machine, string rule, string problem)
    {
        (await machine.ExecAsync("nft",
            $"table ip broken {{ chain input {{ type filter hook input priority -20; policy accept; {rule}; }}; }}")).EnsureSuccess();
        await Until.TrueAsync(problem, async () =>
        {
            var check = await Manager.OrchAsync("network", "check", "front");
            output.WriteLine(check.Output);
            var lines = check.Output.Trim().Split('\n').Skip(1).Select(line => line.Trim()).ToList();
            return check.ExitCode == 1 && lines is [var only] && only.StartsWith(problem, StringComparison.Ordinal);
        });
        (await machine.ExecAsync("nft", "delete", "table", "ip", "broken")).EnsureSuccess();
    }
}
