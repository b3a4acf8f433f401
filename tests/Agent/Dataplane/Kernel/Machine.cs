using System.Diagnostics;
using Orch.Agent;
using Orch.Agent.Dataplanes;
using Orch.Agent.Networks;
using Orch.Contracts.Agent;
using Plane = Orch.Agent.Dataplanes.Dataplane;

namespace Orch.Tests.Agent.Dataplane.Kernel;

/// <summary>
/// A machine as the data plane meets it: an address outside, an engine's chains with forwarding refused, a network's bridge
/// with containers. All of it lives in the network namespace that this process was started in.
/// </summary>
internal sealed class Machine : IAsyncDisposable
{
    public const string Address = "10.99.0.1";
    public const string OutsideAddress = "10.99.0.254";
    public const string Vip = "10.50.0.200";
    public const string Bridge = "or-4097";
    public const int Port = 8080;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(45);
    public const string EngineChains = """
        *filter
        :INPUT ACCEPT
        :FORWARD DROP
        :OUTPUT ACCEPT
        :DOCKER-USER -
        -A FORWARD -j DOCKER-USER
        -A FORWARD -o or-4097 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
        -A FORWARD -i or-4097 ! -o or-4097 -j ACCEPT
        -A FORWARD -i or-4097 -o or-4097 -j ACCEPT
        -A DOCKER-USER -j RETURN
        COMMIT

        """;

    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private NetworkBook _book = NetworkBook.Empty;
    private int _containers;

    public Machine(TimeSpan period)
    {
        Do("ip link set lo up");
        Do($"ip link add out0 type veth peer name eth0 netns {Outside.Path}");
        Do($"ip addr add {Address}/24 dev out0");
        Do("ip link set out0 up");
        In(Outside, $"ip addr add {OutsideAddress}/24 dev eth0");
        In(Outside, "ip link set eth0 up");
        Do("iptables-restore", EngineChains);
        Plane = new(
            new(Console.Error, TimeProvider.System, journal: false), TimeProvider.System,
            new() { NodeId = "here", NodeAddress = Core.Networking.IpAddr.Parse(Address), Period = period });
        _running = Plane.RunAsync(_stop.Token);
    }

    public Plane Plane { get; }
    public Space Outside { get; } = new();

    /// <summary>What the engine does when the network's first container is made.</summary>
    public static void MakeBridge(string bridge = Bridge, string address = "10.50.0.2")
    {
        Do($"ip link add {bridge} type bridge");
        Do($"ip addr add {address}/24 dev {bridge}");
        Do($"ip link set {bridge} up");
    }

    public Space Container(string address)
    {
        var space = new Space();
        var host = $"veth{++_containers}";
        var mac = "02:42:" + string.Join(':', address.Split('.').Select(part => int.Parse(part).ToString("x2")));
        Do($"ip link add {host} type veth peer name eth0 address {mac} netns {space.Path}");
        Do($"ip link set {host} master {Bridge} up");
        In(space, "ip link set lo up");
        In(space, $"ip addr add {address}/24 dev eth0");
        In(space, "ip link set eth0 up");
        In(space, "ip route add default via 10.50.0.2");
        return space;
    }

    public Task ApplyAsync(NetworkUpdate update)
    {
        Want(update);
        return SettleAsync();
    }

    /// <summary>Without waiting for it: the version to wait for.</summary>
    public long Want(NetworkUpdate update)
    {
        (_book, var changes) = _book.Apply(update);
        Plane.Want(_book, changes);
        return _book.Version;
    }

    /// <summary>One service "web" behind the address and the port; those of its tasks that serve have an address ending in that.</summary>
    public static NetworkUpdate Web(int[] serving, int[] known, bool affinity = false)
    {
        var update = new NetworkUpdate { Complete = true };
        update.Networks.Add(new NetworkAssignment
        {
            Id = "net1",
            Name = "app",
            Vni = 4097,
            BridgeAddress = "10.50.0.2",
            Subnets = { new NetworkSubnet { Block = "10.50.0.0/24" } },
        });
        var web = new ServiceEndpoint { Id = "web", Name = "web", Affinity = affinity };
        web.Networks.Add(new NetworkAttachment { NetworkId = "net1", Vip = Vip });
        foreach (var protocol in (string[])["tcp", "udp"])
            web.Ports.Add(new ServicePort { Protocol = protocol, TargetPort = 80, PublishedPort = Port, Ingress = true });
        update.Services.Add(web);
        foreach (var number in known)
        {
            update.Tasks.Add(new TaskEndpoint
            {
                Id = $"t{number}",
                ServiceId = "web",
                NodeId = "here",
                Serving = serving.Contains(number),
                Addresses = { new TaskAddress { NetworkId = "net1", Address = $"10.50.0.{number}" } },
            });
        }
        return update;
    }

    /// <summary>Until it holds; the bound is far above what it may take.</summary>
    public static async Task<TimeSpan> UntilAsync(Func<bool> holds, string what)
    {
        var watch = Stopwatch.StartNew();
        while (!holds())
        {
            if (watch.Elapsed > Longest)
                throw new TimeoutException($"not within {Longest}: {what}");
            await Task.Yield();
        }
        return watch.Elapsed;
    }

    public static void In(Space space, string command) => Do($"nsenter --net={space.Path} {command}");

    public static string Do(string command, string? input = null)
    {
        var words = command.Split(' ');
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        var error = process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{command}: {error}");
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running.WaitAsync(Longest);
    }

    public Task<string?> StandsAsync(params string[] networks) => Plane.StandsAsync(networks, CancellationToken.None).WaitAsync(Longest);

    private async Task SettleAsync()
    {
        if (await Plane.SettledAsync(_book.Version, CancellationToken.None).WaitAsync(Longest) is { } problem)
            throw new InvalidOperationException(problem);
    }
}
