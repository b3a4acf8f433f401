using System.Diagnostics;
using System.Net.Sockets;
using Orch.Contracts.Agent;
using Orch.Tests.Agent.Dataplane.Kernel;

namespace Orch.Bench;

/// <summary>
/// How long one endpoint change takes among many services, from the book to the kernel, and whether a connection's first
/// packet gets slower with the number of services. In a network namespace of its own, with a real kernel and real sockets.
/// </summary>
public static class DataplaneBench
{
    private const int Backends = 10;
    private const int Changes = 200;
    private const int Packets = 4000;

    public static async Task RunAsync(string[] args)
    {
        if (args is not ["--inside"])
        {
            using var inside = Process.Start("unshare", ["--net", "--", "dotnet", "exec", typeof(DataplaneBench).Assembly.Location, "dataplane", "--inside"]);
            await inside.WaitForExitAsync();
            return;
        }
        await using var machine = new Machine(TimeSpan.FromSeconds(30));
        Machine.MakeBridge();
        var (server, client) = (machine.Container("10.50.0.11"), machine.Container("10.50.0.21"));
        server.Answer("one", 80);
        foreach (var services in (int[])[10, 1000])
            await ChangeAsync(machine, services);

        // On one processor: whether client and server share one changes the time more than anything that is measured here.
        using (var self = Process.GetCurrentProcess())
            self.ProcessorAffinity = 2;
        var medians = new Dictionary<int, List<double>> { [10] = [], [10_000] = [] };
        for (var round = 0; round < 5; round++)
        {
            foreach (var services in medians.Keys)
            {
                await FillAsync(machine, services, backends: 1, ports: false);
                client.Run(() => FirstPackets(Packets / 4));
                medians[services].Add(client.Run(() => FirstPackets(Packets)));
            }
        }
        foreach (var (services, each) in medians)
            Console.WriteLine($"first packet there and back, {services,6:N0} services: {string.Join("  ", each.Select(ms => $"{ms * 1000:N1}"))} us (p50 a round)");
        Console.WriteLine($"ratio of the middle rounds: {medians[10_000].Order().ElementAt(2) / medians[10].Order().ElementAt(2):N2}");
    }

    private static async Task ChangeAsync(Machine machine, int services)
    {
        var watch = Stopwatch.StartNew();
        await FillAsync(machine, services, Backends, ports: true);
        Console.WriteLine($"{services,6:N0} services x {Backends}: all of it {watch.ElapsedMilliseconds:N0} ms");
        var took = new List<double>();
        var processor = Environment.CpuUsage.TotalTime;
        for (var change = 0; change < Changes; change++)
        {
            var update = new NetworkUpdate();
            update.Tasks.Add(Endpoint(5, 3, serving: change % 2 == 1));
            watch.Restart();
            await machine.ApplyAsync(update);
            took.Add(watch.Elapsed.TotalMilliseconds);
        }
        processor = Environment.CpuUsage.TotalTime - processor;
        took.Sort();
        Console.WriteLine(
            $"{services,6:N0} services x {Backends}: one endpoint change p50 {took[Changes / 2]:N1} ms, p99 {took[Changes * 99 / 100]:N1} ms, "
            + $"{processor.TotalMilliseconds / Changes:N1} ms of processor time");
    }

    private static Task FillAsync(Machine machine, int services, int backends, bool ports)
    {
        var update = Machine.Web([11], [11]);
        update.Networks.Add(new NetworkAssignment
        {
            Id = "net2",
            Name = "many",
            Vni = 4098,
            BridgeAddress = "10.128.0.2",
            Subnets = { new NetworkSubnet { Block = "10.128.0.0/9" } },
        });
        for (var service = 0; service < services; service++)
        {
            var entry = new ServiceEndpoint { Id = $"s{service}", Name = $"s{service}" };
            entry.Networks.Add(new NetworkAttachment { NetworkId = "net2", Vip = Address(128, service) });
            if (ports)
                entry.Ports.Add(new ServicePort { Protocol = "tcp", TargetPort = 80, PublishedPort = (uint)(20_000 + service), Ingress = true });
            update.Services.Add(entry);
            for (var task = 0; task < backends; task++)
                update.Tasks.Add(Endpoint(service, task, serving: true));
        }
        return machine.ApplyAsync(update);
    }

    private static TaskEndpoint Endpoint(int service, int task, bool serving) => new()
    {
        Id = $"s{service}.{task}",
        ServiceId = $"s{service}",
        NodeId = "here",
        Serving = serving,
        Addresses = { new TaskAddress { NetworkId = "net2", Address = Address(129 + task, service) } },
    };

    private static string Address(int second, int number) => $"10.{second}.{number / 250}.{number % 250 + 3}";

    /// <summary>Each from a new socket, so that each is a new connection to the kernel.</summary>
    private static double FirstPackets(int count)
    {
        var took = new List<double>(count);
        for (var packet = 0; packet < count; packet++)
        {
            using var asker = new Asker(ProtocolType.Udp);
            var start = Stopwatch.GetTimestamp();
            var answer = asker.Ask(Machine.Vip, 80);
            took.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            if (answer != "one 10.50.0.21")
                throw new InvalidOperationException($"the service answers '{answer}'");
        }
        took.Sort();
        return took[count / 2];
    }
}
