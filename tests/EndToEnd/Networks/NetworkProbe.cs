using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Orch.Tests.EndToEnd.Networks;

/// <summary>What can be reached from where: asked with sockets of machines and programs inside containers.</summary>
public static class NetworkProbe
{
    /// <summary>"HOSTNAME PEER" of the echo server that answers; throws when none does.</summary>
    public static async Task<string> HttpAsync(this LabMachine from, string address, int port)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(5));
        using var connection = await HttpConnection.OpenAsync(from, address, port, limit.Token);
        return (await connection.AskAsync(keep: false, limit.Token)).Body;
    }

    /// <summary>Who answers, asked again until so many have; fewer where they do not come.</summary>
    public static async Task<HashSet<string>> HostsAsync(Func<Task<string>> ask, int enough)
    {
        HashSet<string> hosts = [];
        for (var i = 0; i < 60 && hosts.Count < enough; i++)
            hosts.Add((await ask()).Split(' ')[0]);
        return hosts;
    }

    /// <summary>Whether any server answers. "Running" is told a moment before every machine's rules lead to the task.</summary>
    public static async Task<bool> AnswersAsync(this LabMachine from, string address, int port)
    {
        try
        {
            return (await from.HttpAsync(address, port)).Length > 0;
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            return false;
        }
    }

    public static async Task<string> UdpAsync(this LabMachine from, string address, int port)
    {
        using var socket = from.CreateSocket(SocketType.Dgram, ProtocolType.Udp);
        await socket.ConnectAsync(IPAddress.Parse(address), port);
        var buffer = new byte[256];
        for (var tries = 0; ; tries++)
        {
            await socket.SendAsync("?"u8.ToArray());
            using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(1));
            try
            {
                return Encoding.ASCII.GetString(buffer, 0, await socket.ReceiveAsync(buffer, limit.Token)).Trim();
            }
            catch (OperationCanceledException) when (tries < 4)
            {
                // A packet may be lost: UDP promises nothing.
            }
        }
    }

    /// <summary>Runs a program inside the container of a task.</summary>
    public static Task<ExecResult> InsideAsync(this OrchMachine machine, string container, params string[] command) =>
        machine.Machine.ExecAsync(new ExecOptions { Timeout = TimeSpan.FromSeconds(30) }, ["docker", "exec", container, .. command]);

    /// <summary>What a page says to a container; throws when it says nothing.</summary>
    public static async Task<string> PageAsync(this OrchMachine machine, string container, string host) =>
        (await machine.InsideAsync(container, "timeout", "5", "wget", "-q", "-O", "-", $"http://{host}/")).EnsureSuccess().Output.Trim();

    /// <summary>Whether every page says something to a container: asked one after the other in one program. Fails naming those that do not.</summary>
    public static async Task AllPagesAsync(this OrchMachine machine, string container, params IEnumerable<string> hosts)
    {
        var script = $"for host in {string.Join(' ', hosts)}; do timeout 5 wget -q -O - http://$host/ >/dev/null || echo $host; done";
        Assert.Equal("", (await machine.InsideAsync(container, "sh", "-c", script)).EnsureSuccess().Output);
    }

    /// <summary>Addresses that a name has for a container, in order; empty when it has none.</summary>
    public static async Task<IReadOnlyList<string>> ResolveAsync(this OrchMachine machine, string container, string name) =>
        Addresses((await machine.InsideAsync(container, "timeout", "5", "nslookup", "-type=a", name)).Output);

    /// <summary>The same for several names with one program.</summary>
    public static async Task<IReadOnlyDictionary<string, IReadOnlyList<string>>> ResolveAllAsync(
        this OrchMachine machine, string container, params string[] names)
    {
        var script = string.Join("; echo ====; ", names.Select(name => $"timeout 5 nslookup -type=a {name} 2>/dev/null"));
        var answers = (await machine.InsideAsync(container, "sh", "-c", script)).Output.Split("====");
        return names.Zip(answers).ToDictionary(pair => pair.First, pair => Addresses(pair.Second));
    }

    private static IReadOnlyList<string> Addresses(string answer) =>
        [.. answer.Split('\n').SkipWhile(line => !line.StartsWith("Name:", StringComparison.Ordinal))
            .Where(line => line.StartsWith("Address", StringComparison.Ordinal))
            .Select(line => line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim()).Distinct().Order(StringComparer.Ordinal)];

    /// <summary>
    /// Whether a name server gives a container of a service an address for a name, asked once from its network with a quarter
    /// of a second to answer.
    /// </summary>
    public static async Task<bool> AnswersNameAsync(this OrchMachine machine, string service, string server, string name)
    {
        byte[] question = [7, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, (byte)name.Length, .. Encoding.ASCII.GetBytes(name), 0, 0, 1, 0, 1];
        var answer = new byte[512];
        using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(250));
        try
        {
            using var socket = await SocketInsideAsync(machine, service);
            await socket.ConnectAsync(IPAddress.Parse(server), 53, limit.Token);
            await socket.SendAsync(question, limit.Token);
            return await socket.ReceiveAsync(answer, limit.Token) > question.Length && answer[7] > 0;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or IOException or InvalidOperationException)
        {
            return false;
        }
    }

    private static async Task<Socket> SocketInsideAsync(OrchMachine machine, string service)
    {
        var pid = (await machine.RunningTasksAsync()).Values.First(task => ServiceOf(task) == service).Pid;
        var process = machine.Machine.Processes().First(one => one.Pid == pid).HostProcess;
        return NetworkSocket.Create(process, AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    }

    /// <summary>Containers of a service's running tasks, by slot.</summary>
    public static async Task<IReadOnlyList<string>> ContainersAsync(this OrchMachine machine, string service) =>
        [.. (await machine.RunningTasksAsync()).Values
            .Where(task => ServiceOf(task) == service)
            .OrderBy(task => Slot(task.Json.GetProperty("Config").GetProperty("Labels").GetProperty("com.docker.swarm.task.name").GetString()!))
            .Select(task => task.Id)];

    /// <summary>Host names of containers, in order: what their echo servers say of themselves.</summary>
    public static async Task<IReadOnlyList<string>> HostsAsync(this OrchMachine machine, IReadOnlyList<string> containers)
    {
        List<string> hosts = [];
        foreach (var container in containers)
            hosts.Add((await machine.Machine.Engine.InspectAsync(container)).Json.GetProperty("Config").GetProperty("Hostname").GetString()!);
        return [.. hosts.Order(StringComparer.Ordinal)];
    }

    /// <summary>The container's addresses on networks of the cluster, by network id.</summary>
    public static async Task<IReadOnlyDictionary<string, string>> AddressesAsync(this OrchMachine machine, string container) =>
        (await machine.Machine.Engine.InspectAsync(container)).Json.GetProperty("NetworkSettings").GetProperty("Networks").EnumerateObject()
            .ToDictionary(one => one.Name["orch-".Length..], one => one.Value.GetProperty("IPAddress").GetString()!);

    public static async Task<string> VipAsync(this OrchMachine machine, string service)
    {
        var found = (await machine.Api.GetAsync($"services/{service}")).GetProperty("Endpoint").GetProperty("VirtualIPs");
        return found[0].GetProperty("Addr").GetString()!.Split('/')[0];
    }

    private static string? ServiceOf(EngineContainerDetails task) =>
        task.Json.GetProperty("Config").GetProperty("Labels").GetProperty("com.docker.swarm.service.name").GetString();

    private static int Slot(string name) => int.TryParse(name.Split('.')[1], CultureInfo.InvariantCulture, out var slot) ? slot : 0;
}
