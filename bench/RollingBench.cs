using System.Diagnostics;
using System.Text.Json;
using Orch.Testing;

namespace Orch.Bench;

/// <summary>
/// A rolling update of a service, two tasks at a time: orch, Docker Swarm and the bare engine in turn, in one run, on
/// machines made alike. From the request until all new containers have started and all old ones have died.
/// Options: rounds (3), tasks (10).
/// </summary>
internal static class RollingBench
{
    private const int Parallelism = 2;
    private const string Name = "rolling";

    public static async Task RunAsync(string[] options)
    {
        var rounds = options.Length > 0 ? int.Parse(options[0], null) : 3;
        var tasks = options.Length > 1 ? int.Parse(options[1], null) : 10;
        await using var lab = await Lab.UpAsync(new LabOptions { Machines = 3, Label = "rolling" });
        using var orch = new OrchMachine(lab["n1"]);
        await orch.InitAsync();
        await lab["n2"].Engine.SendAsync(HttpMethod.Post, "/swarm/init",
            new { ListenAddr = "0.0.0.0:2377", AdvertiseAddr = lab["n2"].Address });
        foreach (var order in new[] { "stop-first", "start-first" })
        {
            var table = new SortedDictionary<string, List<double>>(StringComparer.Ordinal) { ["floor"] = [], ["orch"] = [], ["swarm"] = [] };
            await CreateAsync(orch, lab["n2"], order, tasks);
            for (var round = 0; round < rounds; round++)
            {
                table["floor"].Add(await FloorAsync(lab["n3"], order == "start-first", tasks));
                table["orch"].Add(await OrchAsync(orch, order, tasks, round + 1));
                table["swarm"].Add(await SwarmAsync(lab["n2"], order, tasks, round + 1));
                Console.Error.WriteLine($"round {round} {order}: " + string.Join("  ", table.Select(who => $"{who.Key} {who.Value[^1]:f2} s")));
            }
            Report(order, tasks, table);
            await orch.OkAsync("service", "rm", Name);
            await lab["n2"].Engine.SendAsync(HttpMethod.Delete, $"/services/{Name}");
            await GoneAsync(orch.Machine.Engine);
            await GoneAsync(lab["n2"].Engine);
        }
    }

    private static async Task CreateAsync(OrchMachine orch, LabMachine swarm, string order, int tasks)
    {
        using var started = await EngineFeed.OpenAsync(orch.Machine.EngineSocketPath);
        using var startedToo = await EngineFeed.OpenAsync(swarm.EngineSocketPath);
        await orch.Api.PostAsync("services/create", JsonSerializer.Serialize(Spec(order, tasks, 0)));
        await swarm.Engine.SendAsync(HttpMethod.Post, "/services/create", Spec(order, tasks, 0));
        await started.StartedAsync(tasks);
        await startedToo.StartedAsync(tasks);
        await orch.ConvergedAsync(Name);
    }

    private static async Task<double> OrchAsync(OrchMachine orch, string order, int tasks, int force)
    {
        var version = (await orch.Api.GetAsync($"services/{Name}")).GetProperty("Version").GetProperty("Index").GetUInt64();
        using var feed = await EngineFeed.OpenAsync(orch.Machine.EngineSocketPath);
        var clock = Stopwatch.StartNew();
        await orch.Api.PostAsync($"services/{Name}/update?version={version}", JsonSerializer.Serialize(Spec(order, tasks, force)));
        await feed.ReplacedAsync(tasks);
        var took = clock.Elapsed.TotalSeconds;
        await CompletedAsync(async () => await orch.Api.GetAsync($"services/{Name}"));
        return took;
    }

    private static async Task<double> SwarmAsync(LabMachine swarm, string order, int tasks, int force)
    {
        var service = await swarm.Engine.SendAsync(HttpMethod.Get, $"/services/{Name}");
        var version = service.GetProperty("Version").GetProperty("Index").GetUInt64();
        using var feed = await EngineFeed.OpenAsync(swarm.EngineSocketPath);
        var clock = Stopwatch.StartNew();
        await swarm.Engine.SendAsync(HttpMethod.Post, $"/services/{Name}/update?version={version}", Spec(order, tasks, force));
        await feed.ReplacedAsync(tasks);
        var took = clock.Elapsed.TotalSeconds;
        await CompletedAsync(() => swarm.Engine.SendAsync(HttpMethod.Get, $"/services/{Name}"));
        return took;
    }

    /// <summary>What the engine itself needs: two hands, each replacing one container after the other.</summary>
    private static async Task<double> FloorAsync(LabMachine machine, bool startFirst, int tasks)
    {
        var engine = machine.Engine;
        var old = new List<string>();
        for (var i = 0; i < tasks; i++)
            old.Add(await StartedAsync(engine));
        using var feed = await EngineFeed.OpenAsync(machine.EngineSocketPath);
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(old, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (id, cancel) =>
        {
            var created = await CreatedAsync(engine);
            if (startFirst)
                await engine.SendAsync(HttpMethod.Post, $"/containers/{created}/start", cancel: cancel);
            await engine.SendAsync(HttpMethod.Post, $"/containers/{id}/stop", cancel: cancel);
            if (!startFirst)
                await engine.SendAsync(HttpMethod.Post, $"/containers/{created}/start", cancel: cancel);
        });
        await feed.ReplacedAsync(tasks);
        var took = clock.Elapsed.TotalSeconds;
        foreach (var container in await engine.ContainersAsync())
            await engine.RemoveAsync(container.Id);
        return took;
    }

    private static async Task<string> StartedAsync(MachineEngine engine)
    {
        var id = await CreatedAsync(engine);
        await engine.SendAsync(HttpMethod.Post, $"/containers/{id}/start");
        return id;
    }

    private static async Task<string> CreatedAsync(MachineEngine engine) =>
        (await engine.SendAsync(HttpMethod.Post, "/containers/create", new { Image = "sleeper:latest" })).GetProperty("Id").GetString()!;

    private static Task CompletedAsync(Func<Task<JsonElement>> service) => Until.TrueAsync("the update is completed", async () =>
        (await service()).TryGetProperty("UpdateStatus", out var update) && update.GetProperty("State").GetString() == "completed",
        TimeSpan.FromMinutes(1));

    private static Task GoneAsync(MachineEngine engine) => Until.TrueAsync("none is left",
        async () => (await engine.ContainersAsync()).Count == 0, TimeSpan.FromMinutes(2));

    private static Dictionary<string, object> Spec(string order, int tasks, int force) => new()
    {
        ["Name"] = Name,
        ["TaskTemplate"] = new { ContainerSpec = new { Image = "sleeper:latest" }, ForceUpdate = force },
        ["Mode"] = new { Replicated = new { Replicas = tasks } },
        ["UpdateConfig"] = new { Parallelism, Order = order, Monitor = 100_000_000L, FailureAction = "pause" },
    };

    private static void Report(string order, int tasks, SortedDictionary<string, List<double>> table)
    {
        var floor = Median(table["floor"]);
        foreach (var (who, list) in table)
            Console.WriteLine($"update {tasks} by {Parallelism}, {order,-11}  {who,-5} median {Median(list),6:f2} s  min {list.Min():f2}  "
                + $"max {list.Max():f2}  = {Median(list) / floor:f2} x the engine floor");
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
}
