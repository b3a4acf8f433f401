using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Orch.Testing;

namespace Orch.Bench;

/// <summary>
/// From the change of a task to the answers of the name server and the rules of the kernel that follow it, through engine,
/// agent, manager, its log and back. Three kinds of change: a task dies, its replacement runs, and a service is scaled down
/// by the API. Options: rounds (40), each with five changes.
/// </summary>
internal static partial class EndpointBench
{
    private const int Replicas = 5;

    public static async Task RunAsync(string[] options)
    {
        var rounds = options.Length > 0 ? int.Parse(options[0], null) : 40;
        await using var lab = await Lab.UpAsync(new LabOptions { Machines = 1, Label = "endpoint", EngineArgs = ["--live-restore"] });
        using var orch = new OrchMachine(lab["n1"]);
        await orch.InitAsync();
        await orch.OkAsync("network", "create", "-d", "overlay", "watched");
        await orch.OkAsync("service", "create", "--name", "web", "--network", "watched", "--replicas", $"{Replicas}", "--restart-delay", "0s", "sleeper");
        await orch.OkAsync("service", "create", "--name", "asker", "--network", "watched", "sleeper");
        using var watch = await WatchAsync(orch);
        using var feed = await EngineFeed.OpenAsync(orch.Machine.EngineSocketPath);
        var results = new Results();
        for (var round = 0; round < rounds; round++)
            await RoundAsync(orch, watch, feed, results);
        results.Print();
    }

    private static async Task<EndpointWatch> WatchAsync(OrchMachine orch)
    {
        var asker = (await orch.RunningTasksAsync()).Values.First(task => Label(task) == "asker");
        var resolv = (await orch.Machine.ExecAsync("docker", "exec", asker.Id, "cat", "/etc/resolv.conf")).EnsureSuccess().Output;
        var table = (await orch.Machine.ExecAsync("nft", "list", "table", "ip", "orch")).EnsureSuccess().Output;
        return new EndpointWatch(
            orch.Machine, orch.Machine.Processes().First(process => process.Pid == asker.Pid).HostProcess,
            resolv.Split('\n')[0].Split(' ')[1], "tasks.web", Chain().Match(table).Groups[1].Value);
    }

    private static async Task RoundAsync(OrchMachine orch, EndpointWatch watch, EngineFeed feed, Results results)
    {
        var victim = (await orch.RunningTasksAsync()).Values.First(task => Label(task) == "web");
        var address = victim.Json.GetProperty("NetworkSettings").GetProperty("Networks").EnumerateObject().First().Value.GetProperty("IPAddress").GetString()!;
        var killed = DateTime.UtcNow;
        await orch.Machine.Engine.SendAsync(HttpMethod.Post, $"/containers/{victim.Id}/kill");
        var died = await feed.TimeOfAsync("die");
        await results.AddAsync("dies: from the kill", watch, killed, now => !now.Contains(address));
        await results.AddAsync("dies: from the engine's word", watch, died, now => !now.Contains(address));
        var started = await feed.TimeOfAsync("start");
        await results.AddAsync("its replacement runs", watch, started, now => now.Count == Replicas);

        var less = await ScaleAsync(orch, Replicas - 1);
        await results.AddAsync("scaled down by the API", watch, less, now => now.Count == Replicas - 1);
        await feed.TimeOfAsync("die");
        await ScaleAsync(orch, Replicas);
        started = await feed.TimeOfAsync("start");
        await results.AddAsync("one more runs", watch, started, now => now.Count == Replicas);
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

    private sealed class Results
    {
        private readonly Dictionary<string, (List<double> Names, List<double> Rules, List<double> Both)> _kinds = [];

        public async Task AddAsync(string kind, EndpointWatch watch, DateTime from, Func<IReadOnlyList<string>, bool> right)
        {
            if (!_kinds.TryGetValue(kind, out var lists))
                _kinds[kind] = lists = ([], [], []);
            var (names, rules) = (await watch.NamesAsync(from, right), await watch.RulesAsync(from, right));
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
