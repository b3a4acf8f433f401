using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Orch.Agent;
using Orch.Agent.Dns;
using Orch.Agent.Networks;
using Orch.Contracts.Agent;
using Orch.Testing;

namespace Orch.Bench;

/// <summary>
/// Names asked from inside a container, in turn of the engine's own resolver and of ours, which listens where the agent
/// listens: on the address of the bridge. Then as many questions as two threads can ask, and what a question costs the
/// one thread that answers. Options: questions for the latency (10000), seconds for the rate (5).
/// </summary>
internal static class DnsBench
{
    private const string Bridge = "10.66.0.1";
    private const string Vip = "10.66.0.200";
    private const int Block = 250;
    private const int Window = 64;

    public static async Task RunAsync(string[] options)
    {
        var questions = options.Length > 0 ? int.Parse(options[0], null) : 10_000;
        var seconds = options.Length > 1 ? int.Parse(options[1], null) : 5;
        await using var lab = await Lab.UpAsync(new LabOptions { Machines = 1, Label = "dns" });
        var machine = lab["n1"];
        var (client, address) = await ContainersAsync(machine);
        using var server = new DnsServer(AgentLog.ToStandardError(TimeProvider.System), TimeProvider.System, new DnsOptions());
        using var stop = new CancellationTokenSource();
        var (book, changes) = NetworkBook.Empty.Apply(Book(address));
        machine.InNetwork(() => server.Apply(book, changes));
        var running = server.RunAsync(stop.Token);
        using (var engine = Connected(client, "127.0.0.11"))
        using (var ours = Connected(client, Bridge))
        {
            Latency("web", engine, ours, questions);
            Latency("peer", engine, ours, questions);
            Latency("tasks.web", null, ours, questions);
        }
        Rate(client, "web", seconds);
        Rate(client, "tasks.web", seconds);
        await stop.CancelAsync();
        await running;
    }

    private static async Task<(HostProcess Client, string Address)> ContainersAsync(LabMachine machine)
    {
        await machine.Engine.SendAsync(HttpMethod.Post, "/networks/create", new
        {
            Name = "bench",
            Driver = "bridge",
            CheckDuplicate = true,
            IPAM = new { Config = new[] { new { Subnet = "10.66.0.0/24", Gateway = Bridge } } },
        });
        await StartAsync(machine, "web");
        await StartAsync(machine, "peer");
        var details = await machine.Engine.InspectAsync(await StartAsync(machine, "client"));
        var address = details.Json.GetProperty("NetworkSettings").GetProperty("Networks").GetProperty("bench").GetProperty("IPAddress").GetString()!;
        return (machine.Processes().First(process => process.Pid == details.Pid).HostProcess, address);
    }

    private static async Task<string> StartAsync(LabMachine machine, string name)
    {
        var created = await machine.Engine.SendAsync(HttpMethod.Post, $"/containers/create?name={name}",
            new { Image = "sleeper:latest", HostConfig = new { NetworkMode = "bench" } });
        var id = created.GetProperty("Id").GetString()!;
        await machine.Engine.SendAsync(HttpMethod.Post, $"/containers/{id}/start");
        return id;
    }

    /// <summary>A service with a virtual address, one without, ten tasks each, and the client.</summary>
    private static NetworkUpdate Book(string client)
    {
        var update = new NetworkUpdate
        {
            Networks =
            {
                new NetworkAssignment
                {
                    Id = "bench", Name = "bench", Vni = 5000, BridgeAddress = Bridge,
                    Subnets = { new NetworkSubnet { Block = "10.66.0.0/24" } },
                },
            },
            Services =
            {
                new ServiceEndpoint { Id = "s1", Name = "web", Networks = { new NetworkAttachment { NetworkId = "bench", Vip = Vip } } },
                new ServiceEndpoint { Id = "s2", Name = "peer", Networks = { new NetworkAttachment { NetworkId = "bench" } } },
            },
            Tasks = { At("client", "s2", client) },
        };
        update.Tasks.Add(Enumerable.Range(100, 10).Select(n => At($"t{n}", "s1", $"10.66.0.{n}")));
        return update;
    }

    private static TaskEndpoint At(string id, string service, string address) => new()
    {
        Id = id,
        ServiceId = service,
        NodeId = "n1",
        Slot = 1,
        Serving = true,
        Addresses = { new TaskAddress { NetworkId = "bench", Address = address } },
    };

    private static Socket Connected(HostProcess client, string server)
    {
        var socket = NetworkSocket.Create(client, AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Connect(IPAddress.Parse(server), 53);
        socket.ReceiveTimeout = 5000;
        return socket;
    }

    private static void Latency(string name, Socket? engine, Socket ours, int questions)
    {
        var query = Question(name);
        var times = new[] { new List<double>(), new List<double>() };
        Socket?[] sockets = [engine, ours];
        Ask(ours, query, 2000, []);
        for (var done = 0; done < questions; done += Block)
        {
            for (var who = 0; who < 2; who++)
            {
                if (sockets[who] is { } socket)
                    Ask(socket, query, Block, times[who]);
            }
        }
        var orch = Percentiles(times[1]);
        Console.WriteLine($"{name,-10} orch    p50 {orch.Median,6:f1} us  p99 {orch.High,6:f1} us  (n={times[1].Count})");
        if (engine is null)
            return;
        var docker = Percentiles(times[0]);
        Console.WriteLine($"{name,-10} engine  p50 {docker.Median,6:f1} us  p99 {docker.High,6:f1} us  "
            + $"orch = {orch.Median / docker.Median:f2} x p50, {orch.High / docker.High:f2} x p99");
    }

    private static void Ask(Socket socket, byte[] query, int count, List<double> times)
    {
        var answer = new byte[2048];
        for (var i = 0; i < count; i++)
        {
            var began = Stopwatch.GetTimestamp();
            socket.Send(query);
            var length = socket.Receive(answer);
            times.Add(Stopwatch.GetElapsedTime(began).TotalMicroseconds);
            if (length < 20 || (answer[3] & 15) != 0 || answer[7] == 0)
                throw new InvalidOperationException($"no address in the answer: {Convert.ToHexString(answer.AsSpan(0, length))}");
        }
    }

    private static void Rate(HostProcess client, string name, int seconds)
    {
        var query = Question(name);
        var before = ServerTime();
        var clock = Stopwatch.StartNew();
        var counts = new long[2];
        var threads = counts.Select((_, index) => new Thread(() => counts[index] = Flood(client, query, seconds))).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());
        var cpu = ServerTime() - before;
        var answered = counts.Sum();
        Console.WriteLine($"{name,-10} {answered / clock.Elapsed.TotalSeconds,8:f0} q/s beside {threads.Count} threads that ask; "
            + $"{cpu.TotalMicroseconds / answered:f2} us of processor each = {answered / cpu.TotalSeconds:f0} q/s on one core");
    }

    /// <summary>Keeps a window of questions under way; one that is lost is asked again.</summary>
    private static long Flood(HostProcess client, byte[] query, int seconds)
    {
        using var socket = Connected(client, Bridge);
        socket.ReceiveTimeout = 100;
        var answer = new byte[2048];
        var answered = 0L;
        for (var clock = Stopwatch.StartNew(); clock.Elapsed.TotalSeconds < seconds;)
        {
            for (var i = 0; i < Window; i++)
                socket.Send(query);
            try
            {
                for (var i = 0; i < Window; i++, answered++)
                    socket.Receive(answer);
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.TimedOut)
            {
                // Lost: the window begins anew.
            }
        }
        return answered;
    }

    /// <summary>Processor time of the thread that answers, as the kernel counts it.</summary>
    private static TimeSpan ServerTime()
    {
        var thread = Directory.GetDirectories("/proc/self/task").First(task => File.ReadAllText($"{task}/comm").Trim() == "orch-dns");
        return TimeSpan.FromMicroseconds(long.Parse(File.ReadAllText($"{thread}/schedstat").Split(' ')[0], null) / 1000.0);
    }

    private static byte[] Question(string name)
    {
        var labels = name.Split('.').SelectMany(label => (byte[])[(byte)label.Length, .. Encoding.ASCII.GetBytes(label)]);
        return [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, .. labels, 0, 0, 1, 0, 1];
    }

    private static (double Median, double High) Percentiles(List<double> times)
    {
        times.Sort();
        return (times[times.Count / 2], times[times.Count * 99 / 100]);
    }
}
