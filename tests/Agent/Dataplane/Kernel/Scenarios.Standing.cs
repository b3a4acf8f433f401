using Orch.Contracts.Agent;

namespace Orch.Tests.Agent.Dataplane.Kernel;

/// <summary>What callers are told of networks and rules.</summary>
internal static partial class Scenarios
{
    /// <summary>The engine makes the bridge when the book was carried out long ago: all stands when it is said to.</summary>
    private static async Task Stands(Machine machine)
    {
        await machine.ApplyAsync(Machine.Web([11], [11]));
        var early = machine.StandsAsync("net1");
        Machine.MakeBridge();
        for (var turn = 0; turn < 10; turn++)
        {
            Same(null, await machine.StandsAsync("net1"));
            Same("1", Neighbours("ip neigh show dev ox-4097", $"{Machine.Vip} ").Count.ToString());
            Same("1", Neighbours("ip link show dev or-4097", "link/ether 02:42:0a:32:00:02 ").Count.ToString());
            Same("1", File.ReadAllText("/proc/sys/net/ipv4/conf/or-4097/route_localnet").Trim());
            Same("2", Machine.Do("iptables-save -t filter").Split('\n').Count(line => line.Contains("or-4097 -m conntrack --ctstate DNAT", StringComparison.Ordinal)).ToString());
            Same(null, await early);
            Machine.Do("ip link del or-4097");
            Machine.MakeBridge();
        }
    }

    private static async Task TroubleOfAnother(Machine machine)
    {
        Machine.MakeBridge();
        Machine.MakeBridge("or-4098", "10.51.0.2");
        var update = Machine.Web([11], [11]);
        update.Networks.Add(new NetworkAssignment
        {
            Id = "net2",
            Name = "odd",
            Vni = 4098,
            BridgeAddress = "10.51.0.2",
            Subnets = { new NetworkSubnet { Block = "10.51.0.0/24" } },
            Options = { ["com.docker.network.driver.mtu"] = "999999" },
        });
        var version = machine.Want(update);
        Same(null, await machine.StandsAsync("net1"));
        Same(null, await machine.Plane.RulesAsync(version, CancellationToken.None));
        Same("True", (await machine.StandsAsync("net1", "net2"))?.Contains("ox-4098", StringComparison.Ordinal).ToString());
        Same("True", (await machine.Plane.SettledAsync(version, CancellationToken.None))?.Contains("ox-4098", StringComparison.Ordinal).ToString());
    }

    /// <summary>What nobody tells of is found although the kernel tells of something else all the time.</summary>
    private static async Task Busy(Machine machine)
    {
        const string RoutesLocal = "/proc/sys/net/ipv4/conf/or-4097/route_localnet";
        await WebAsync(machine);
        var turn = 0;
        File.WriteAllText(RoutesLocal, "0");
        await Machine.UntilAsync(
            () =>
            {
                Machine.Do($"ip neigh replace 10.99.0.77 lladdr 02:00:00:00:00:{++turn % 100:00} dev out0 nud reachable");
                return File.ReadAllText(RoutesLocal).Trim() == "1";
            },
            "the periodic look");
    }

    private static async Task Settings(Machine machine)
    {
        Same(null, await machine.Plane.SettledAsync(0, CancellationToken.None));
        File.WriteAllText("/proc/sys/net/bridge/bridge-nf-call-iptables", "0");
        File.WriteAllText("/proc/sys/net/ipv4/ip_forward", "0");
        await machine.ApplyAsync(Machine.Web([11], [11]));
        Same("1", File.ReadAllText("/proc/sys/net/bridge/bridge-nf-call-iptables").Trim());
        Same("1", File.ReadAllText("/proc/sys/net/ipv4/ip_forward").Trim());
    }
}
