using System.Net;
using System.Net.Sockets;
using Orch.Contracts.Agent;

namespace Orch.Tests.Agent.Dataplane.Kernel;

/// <summary>What the child process does; a name each. They throw what does not hold.</summary>
internal static partial class Scenarios
{
    private static readonly ProtocolType[] Both = [ProtocolType.Tcp, ProtocolType.Udp];

    /// <summary>The one in which everything is looked at each second; in the others only when something tells to.</summary>
    public const string Short = "busy";

    public static readonly SortedDictionary<string, Func<Machine, Task>> All = new(StringComparer.Ordinal)
    {
        ["virtual-address"] = VirtualAddress,
        ["published-port"] = PublishedPort,
        ["empty-service"] = EmptyService,
        ["leaving-backend"] = LeavingBackend,
        ["affinity"] = Affinity,
        ["repair"] = Repair,
        ["port-in-use"] = PortInUse,
        ["leave"] = Leave,
        ["peers"] = Peers,
        ["stands"] = Stands,
        [Short] = Busy,
        ["port-of-names"] = PortOfNames,
        ["taken-table"] = TakenTable,
        ["flushed-flows"] = FlushedFlows,
        ["ended-flows"] = EndedFlows,
        ["carried-frames"] = CarriedFrames,
        ["forged-carrier"] = ForgedCarrier,
        ["settings"] = Settings,
        ["trouble-of-another"] = TroubleOfAnother,
    };

    private static async Task<(Space One, Space Two, Space Client)> WebAsync(Machine machine, bool affinity = false)
    {
        Machine.MakeBridge();
        var (one, two, client) = (machine.Container("10.50.0.11"), machine.Container("10.50.0.12"), machine.Container("10.50.0.21"));
        one.Answer("one", 80);
        two.Answer("two", 80);
        await machine.ApplyAsync(Machine.Web([11, 12], [11, 12], affinity));
        return (one, two, client);
    }

    private static async Task VirtualAddress(Machine machine)
    {
        var (one, _, client) = await WebAsync(machine);
        foreach (var protocol in Both)
        {
            Spread(() => client.Ask(protocol, Machine.Vip, 80), "one 10.50.0.21", "two 10.50.0.21");
            Spread(() => Space.AskHere(protocol, Machine.Vip, 80), "one 10.50.0.2", "two 10.50.0.2");
            Spread(() => one.Ask(protocol, Machine.Vip, 80), "one 10.50.0.2", "two 10.50.0.11");
        }
    }

    private static async Task PublishedPort(Machine machine)
    {
        var (one, _, client) = await WebAsync(machine);
        foreach (var protocol in Both)
        {
            Spread(() => machine.Outside.Ask(protocol, Machine.Address, Machine.Port), "one 10.99.0.254", "two 10.99.0.254");
            Spread(() => Space.AskHere(protocol, "127.0.0.1", Machine.Port), "one 10.50.0.2", "two 10.50.0.2");
            Spread(() => Space.AskHere(protocol, Machine.Address, Machine.Port), "one 10.50.0.2", "two 10.50.0.2");
            Spread(() => client.Ask(protocol, Machine.Address, Machine.Port), "one 10.50.0.2", "two 10.50.0.2");
            Spread(() => one.Ask(protocol, Machine.Address, Machine.Port), "one 10.50.0.2", "two 10.50.0.2");
        }
        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        Same("AddressAlreadyInUse", Error(() => other.Bind(new IPEndPoint(IPAddress.Any, Machine.Port))));
    }

    private static async Task EmptyService(Machine machine)
    {
        var (one, _, client) = await WebAsync(machine);
        await machine.ApplyAsync(Machine.Web([], [11, 12]));
        foreach (var protocol in Both)
        {
            Same("ConnectionRefused", client.Ask(protocol, Machine.Vip, 80));
            Same("ConnectionRefused", one.Ask(protocol, Machine.Vip, 80));

            // The kernel tells the machine's own senders of datagrams in its own way, as at once.
            Same(protocol == ProtocolType.Tcp ? "ConnectionRefused" : "AccessDenied", Space.AskHere(protocol, Machine.Vip, 80));
            Same("ConnectionRefused", machine.Outside.Ask(protocol, Machine.Address, Machine.Port));
            Same("ConnectionRefused", Space.AskHere(protocol, "127.0.0.1", Machine.Port));
            Same("ConnectionRefused", client.Ask(protocol, Machine.Address, Machine.Port));
        }
        await machine.ApplyAsync(Machine.Web([12], [11, 12]));
        Same("two 10.50.0.21", client.Ask(ProtocolType.Tcp, Machine.Vip, 80));
        Same("two 10.99.0.254", machine.Outside.Ask(ProtocolType.Udp, Machine.Address, Machine.Port));
    }

    /// <summary>Connections that are open stay; datagrams of a flow that went on go to another.</summary>
    private static async Task LeavingBackend(Machine machine)
    {
        var (_, _, client) = await WebAsync(machine);
        await machine.ApplyAsync(Machine.Web([11], [11, 12]));
        using var kept = new Asker(ProtocolType.Tcp);
        using var inside = client.Run(() => new Asker(ProtocolType.Udp));
        using var outside = machine.Outside.Run(() => new Asker(ProtocolType.Udp));
        Same("one 10.50.0.2", kept.Ask(Machine.Vip, 80));
        Same("one 10.50.0.21", inside.Ask(Machine.Vip, 80));
        Same("one 10.99.0.254", outside.Ask(Machine.Address, Machine.Port));

        await machine.ApplyAsync(Machine.Web([12], [11, 12]));
        Same("one 10.50.0.2", kept.Ask(Machine.Vip, 80));
        Same("two 10.50.0.21", inside.Ask(Machine.Vip, 80));
        Same("two 10.99.0.254", outside.Ask(Machine.Address, Machine.Port));
        Same("two 10.50.0.2", Space.AskHere(ProtocolType.Tcp, Machine.Vip, 80));
    }

    private static async Task Affinity(Machine machine)
    {
        var (_, _, client) = await WebAsync(machine, affinity: true);
        var first = client.Ask(ProtocolType.Tcp, Machine.Vip, 80);
        for (var tries = 0; tries < 20; tries++)
            Same(first, client.Ask(ProtocolType.Tcp, Machine.Vip, 80));
    }

    private static async Task Repair(Machine machine)
    {
        // The network is wanted before the engine made its bridge: no error, and all is done when it appears.
        await machine.ApplyAsync(Machine.Web([11, 12], [11, 12]));
        var (_, _, client) = await WebAsync(machine);
        bool Works() => client.Ask(ProtocolType.Tcp, Machine.Vip, 80).EndsWith("10.50.0.21", StringComparison.Ordinal);
        bool Published() => machine.Outside.Ask(ProtocolType.Tcp, Machine.Address, Machine.Port).EndsWith("10.99.0.254", StringComparison.Ordinal);
        await Machine.UntilAsync(() => Works() && Published(), "works at first");
        var whole = Links();
        foreach (var harm in (string[])[
            "nft flush ruleset", "nft delete table ip orch", "nft flush chain ip orch prerouting", "ip link del ox-4097", "ip link set ox-4097 down",
            $"ip neigh del {Machine.Vip} dev ox-4097", "ip link set or-4097 address 02:00:00:00:00:01"])
        {
            Machine.Do(harm);
            if (harm == "nft flush ruleset")
                Machine.Do("iptables-restore", Machine.EngineChains);

            // What a client remembers hides a lost link for a while: traffic alone does not say that all is mended.
            var took = await Machine.UntilAsync(() => Works() && Published() && Links() == whole, $"{harm}: {whole}");
            Console.WriteLine($"{harm}: right after {took.TotalMilliseconds:N0} ms");
        }
        File.WriteAllText("/proc/sys/net/bridge/bridge-nf-call-iptables", "0");
        File.WriteAllText("/proc/sys/net/ipv4/conf/or-4097/route_localnet", "0");
        Machine.Do("iptables-restore", Machine.EngineChains);
        machine.Plane.EngineReturned();
        await Machine.UntilAsync(() => Works() && Published() && Space.AskHere(ProtocolType.Tcp, "127.0.0.1", Machine.Port) == "one 10.50.0.2", "settings");
    }

    /// <summary>What must stand beside the tables: the device that is up, the virtual address's neighbour, the bridge's own address.</summary>
    private static string Links() => string.Join(
        "; ",
        Machine.Do("ip -o link show up type vxlan").Contains(" ox-4097:", StringComparison.Ordinal),
        Machine.Do($"ip -4 neigh show {Machine.Vip} dev ox-4097").Contains("PERMANENT", StringComparison.Ordinal),
        Machine.Do("ip -br link show or-4097").Split(' ', StringSplitOptions.RemoveEmptyEntries)[2]);

    private static async Task PortInUse(Machine machine)
    {
        using (var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp))
        {
            other.Bind(new IPEndPoint(IPAddress.Any, Machine.Port));
            other.Listen(1);
            var (_, _, client) = await WebAsync(machine);
            var process = File.ReadAllText("/proc/self/comm").Trim();
            Same($"port 8080/tcp is in use on this machine by {process} (pid {Environment.ProcessId})", machine.Plane.PortProblem("web"));
            Same("True", client.Ask(ProtocolType.Tcp, Machine.Vip, 80).EndsWith("10.50.0.21", StringComparison.Ordinal).ToString());
        }
        machine.Plane.EngineReturned();
        await Machine.UntilAsync(() => machine.Plane.PortProblem("web") is null, "the port is free again");
        await Machine.UntilAsync(
            () => machine.Outside.Ask(ProtocolType.Tcp, Machine.Address, Machine.Port).EndsWith("10.99.0.254", StringComparison.Ordinal), "published");
    }

    /// <summary>Tasks elsewhere: known to both tables and to nobody after they are gone; more of them than one message holds.</summary>
    private static async Task Peers(Machine machine)
    {
        const int Many = 2000;
        Machine.MakeBridge();
        var update = Machine.Web([11], [11]);
        for (var number = 0; number < Many; number++)
        {
            update.Tasks.Add(new TaskEndpoint
            {
                Id = $"far{number}",
                ServiceId = "web",
                NodeId = "there",
                NodeAddress = "10.99.0.2",
                Serving = true,
                Addresses = { new TaskAddress { NetworkId = "net1", Address = $"10.50.{1 + (number / 250)}.{number % 250}" } },
            });
        }
        await machine.ApplyAsync(update);
        Same("10.50.1.7 lladdr 02:42:0a:32:01:07 PERMANENT", Neighbours("ip neigh show dev ox-4097", "10.50.1.7 ").Single());
        Same(
            "02:42:0a:32:01:07 dst 10.99.0.2 self static; 02:42:0a:32:01:07 master or-4097 static",
            string.Join("; ", Neighbours("bridge fdb show dev ox-4097", "02:42:0a:32:01:07 ").Order()));
        Same($"{Many + 1} {2 * Many}", $"{Neighbours("ip neigh show dev ox-4097", "10.50.").Count} {Static()}");

        // The engine's network goes and comes: the device is left alone, then taken back.
        Machine.Do($"ip link del {Machine.Bridge}");
        Machine.MakeBridge();
        await Machine.UntilAsync(() => Static() == 2 * Many, "entries of the bridge");

        await machine.ApplyAsync(Machine.Web([11], [11]));
        Same("1 0", $"{Neighbours("ip neigh show dev ox-4097", "10.50.").Count} {Static()}");

        int Static() => Neighbours("bridge fdb show dev ox-4097", "02:42:0a:32:").Count(line => line.EndsWith("static", StringComparison.Ordinal));
    }

    private static List<string> Neighbours(string command, string start) =>
        [.. Machine.Do(command).Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith(start, StringComparison.Ordinal))];

    private static async Task Leave(Machine machine)
    {
        await WebAsync(machine);
        await machine.Plane.ClearAsync();
        Same("", Machine.Do("nft list tables").Contains("orch", StringComparison.Ordinal) ? "the table stays" : "");
        Same("", Machine.Do("ip -o link show type vxlan"));
        Same("-A DOCKER-USER -j RETURN", Machine.Do("iptables-save -t filter").Split('\n').Single(line => line.StartsWith("-A DOCKER-USER", StringComparison.Ordinal)));
        using var free = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        free.Bind(new IPEndPoint(IPAddress.Any, Machine.Port));
    }

    /// <summary>Each of them comes, and nothing else.</summary>
    private static void Spread(Func<string> ask, params string[] expected)
    {
        var seen = new HashSet<string>();
        for (var tries = 0; tries < 60 && (tries < 6 || seen.Count < expected.Length); tries++)
        {
            seen.Add(ask());
            if (!seen.IsSubsetOf(expected))
                break;
        }
        Same(string.Join(", ", expected.Order()), string.Join(", ", seen.Order()));
    }

    private static string Error(Action action)
    {
        try
        {
            action();
            return "none";
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode.ToString();
        }
    }

    private static void Same(string? expected, string? actual, [System.Runtime.CompilerServices.CallerLineNumber] int line = 0)
    {
        if (expected != actual)
            throw new InvalidOperationException($"line {line}: expected '{expected}', not '{actual}'");
    }
}
