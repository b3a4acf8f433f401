using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orch.Testing;

namespace Orch.Bench;

/// <summary>
/// From the change of a task to the answers of the name server and the rules of the kernel that follow it, through engine,
/// agent, manager, its log and back. Three kinds of change: a task dies, its replacement runs, and a service is scaled down
/// by the API. Options: rounds (40), each with five changes; machines (1), which all have to follow.
/// </summary>
internal static partial class EndpointBench
{
    private const int Replicas = 5;

    /// <summary>Before a change: the engines of all machines, which share this host's processors, have done with the last one.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(400);

    public static async Task RunAsync(string[] options)
    {
        var rounds = options.Length > 0 ? int.Parse(options[0], null) : 40;
        var machines = options.Length > 1 ? int.Parse(options[1], null) : 1;
        await using var lab = await Lab.UpAsync(new LabOptions { Machines = machines, Label = "endpoint", EngineArgs = ["--live-restore"] });
        var cluster = lab.Machines.Select(machine => new OrchMachine(machine)).ToList();
        var watches = new List<EndpointWatch>();
        try
        {
            await cluster[0].InitAsync();
            foreach (var worker in cluster.Skip(1))
                await worker.JoinAsync(cluster[0]);
            watches = await BeginAsync(cluster);
            using var feed = await EngineFeed.OpenAsync(cluster[^1].Machine.EngineSocketPath);
            var results = new Results(watches);
            for (var round = 0; round < rounds; round++)
                await RoundAsync(cluster[0], cluster[^1], feed, results);
            results.Print();
        }
        finally
        {
            watches.ForEach(watch => watch.Dispose());
            cluster.ForEach(machine => machine.Dispose());
        }
    }

    /// <summary>All tasks of the service are on the last machine; each has one that asks for them.</summary>
    private static async Task<List<EndpointWatch>> BeginAsync(List<OrchMachine> cluster)
    {
        await cluster[0].OkAsync("network", "create", "-d", "overlay", "watched");
        await cluster[0].OkAsync("service", "create", "--name", "web", "--network", "watched", "--replicas", $"{Replicas}", "--restart-delay", "0s",
            "--constraint", $"node.hostname=={cluster[^1].Machine.Name}", "sleeper");
        await cluster[0].OkAsync("service", "create", "--name", "asker", "--network", "watched", "--mode", "global", "sleeper");
        return [.. await Task.WhenAll(cluster.Select(WatchAsync))];
    }

    private static async Task<EndpointWatch> WatchAsync(OrchMachine orch)
    {
        var asker = (await orch.RunningTasksAsync()).Values.First(task => Label(task) == "asker");
        var resolv = (await orch.Machine.ExecAsync("docker", "exec", asker.Id, "cat", "/etc/resolv.conf")).EnsureSuccess().Output;
        var chain = "";
        await Until.TrueAsync("all tasks are in the rules", async () => (chain = Chain().Match(
            (await orch.Machine.ExecAsync("nft", "list", "table", "ip", "orch")).EnsureSuccess().Output).Groups[1].Value).Length > 0);
        return new EndpointWatch(
            orch.Machine, orch.Machine.Processes().First(process => process.Pid == asker.Pid).HostProcess,
            resolv.Split('\n')[0].Split(' ')[1], "tasks.web", chain);
    }

    private static async Task RoundAsync(OrchMachine manager, OrchMachine host, EngineFeed feed, Results results)
    {
        await Task.Delay(Rest);
        var victim = (await host.RunningTasksAsync()).Values.First(task => Label(task) == "web");
        var address = victim.Json.GetProperty("NetworkSettings").GetProperty("Networks").EnumerateObject().First().Value.GetProperty("IPAddress").GetString()!;
        var killed = DateTime.UtcNow;
        await host.Machine.Engine.SendAsync(HttpMethod.Post, $"/containers/{victim.Id}/kill");
        var died = await feed.TimeOfAsync("die");
        await results.AddAsync("dies: from the kill", killed, now => !now.Contains(address));
        await results.AddAsync("dies: from the engine's word", died, now => !now.Contains(address));
        var started = await feed.TimeOfAsync("start");
        await results.AddAsync("its replacement runs", started, now => now.Count == Replicas);

        await Task.Delay(Rest);
        var less = await ScaleAsync(manager, Replicas - 1);
        await results.AddAsync("scaled down by the API", less, now => now.Count == Replicas - 1);
        await feed.TimeOfAsync("die");
        await Task.Delay(Rest);
        await ScaleAsync(manager, Replicas);
        started = await feed.TimeOfAsync("start");
        await results.AddAsync("one more runs", started, now => now.Count == Replicas);
    }

    /// <summary>When the request was sent.</summary>
    private static async Task<DateTime> ScaleAsync(OrchMachine orch, int replicas)
    {
        var service = await orch.Api.GetAsync("services/web");
        var spec = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(service.GetProperty("Spec"))!;
        spec["Mode"] = JsonSerializer.SerializeToElement(new { Replicated = new { Replicas = replicas } });
        var (path, text) = ($"services/web/update?version={service.GetProperty("Version").GetProperty("Index").GetInt64()}", JsonSerializer.Serialize(spec));
        var sent = DateTime.UtcNow;
        var (status, body) = await orch.Api.PostAsync(path, text);
        return status == HttpStatusCode.OK ? sent : throw new InvalidOperationException($"scaling to {replicas}: {status} {body}");
    }

    private static string? Label(EngineContainerDetails task) =>
        task.Json.GetProperty("Config").GetProperty("Labels").GetProperty("com.docker.swarm.service.name").GetString();

    [GeneratedRegex(@"chain (s_\S+) \{\s+dnat to numgen random mod 5 ")]
    private static partial Regex Chain();

    /// <summary>How long it took until it was right on all machines.</summary>
    private sealed class Results(List<EndpointWatch> watches)
    {
        private readonly Dictionary<string, (List<double> Names, List<double> Rules, List<double> Both)> _kinds = [];

        public async Task AddAsync(string kind, DateTime from, Func<IReadOnlyList<string>, bool> right)
        {
            if (!_kinds.TryGetValue(kind, out var lists))
                _kinds[kind] = lists = ([], [], []);
            var names = (await Task.WhenAll(watches.Select(watch => watch.NamesAsync(from, right)))).Max();
            var rules = (await Task.WhenAll(watches.Select(watch => watch.RulesAsync(from, right)))).Max();
            lists.Names.Add(names);
            lists.Rules.Add(rules);
            lists.Both.Add(Math.Max(names, rules));
        }

        public void Print()
        {
            foreach (var (kind, lists) in _kinds)
                Print(kind, lists.Names, lists.Rules, lists.Both);
            var all = _kinds.Where(kind => !kind.Key.Contains("kill", StringComparison.Ordinal)).Select(kind => kind.Value).ToList();
            Print("all but from the kill", [.. all.SelectMany(l => l.Names)], [.. all.SelectMany(l => l.Rules)], [.. all.SelectMany(l => l.Both)]);
        }

        private static void Print(string kind, params List<double>[] lists)
        {
            var words = lists.Zip(["names", "rules", "both"], (list, name) => $"{name} p50 {At(list, 50),5:f1}  p99 {At(list, 99),5:f1}");
            Console.WriteLine($"{kind,-30} ms: {string.Join("   ", words)}  max {lists[^1].Max(),5:f1}  (n={lists[^1].Count})");
        }

        private static double At(List<double> list, int percent) => list.Order().ElementAt(list.Count * percent / 100);
    }
}
