using System.Diagnostics;
using System.Text.Json;
using Orch.Testing;

namespace Orch.Bench;

/// <summary>
/// From the API call to running containers on a real engine: orch, Docker Swarm and the bare engine in turn, in one run,
/// on machines made alike. Ratios count; absolute times are this machine's.
/// </summary>
internal static class ClusterBench
{
    private static readonly int[] _sizes = [1, 10, 50];

    public static async Task RunAsync(string[] options)
    {
        var rounds = options.Length > 0 ? int.Parse(options[0], null) : 3;
        await using var lab = await Lab.UpAsync(new LabOptions { Machines = 2, Label = "bench" });
        using var orch = new OrchMachine(lab["n1"]);
        await using var tap = new EngineTap($"{lab["n1"].RunDirectory}/tap.sock", lab["n1"].EngineSocketPath);
        await orch.OkAsync("init", "--advertise-addr", lab["n1"].Address, "--engine", "unix:///run/tap.sock");
        var swarm = lab["n2"].Engine;
        await swarm.SendAsync(HttpMethod.Post, "/swarm/init",
            new { ListenAddr = "0.0.0.0:2377", AdvertiseAddr = lab["n2"].Address });

        await AcceptToCreateAsync(orch, tap, 30);
        var table = new SortedDictionary<(int Size, string Who), List<double>>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var size in _sizes)
                await RoundAsync(table, orch, swarm, size, round);
        }
        Report(table);
        Memory(lab["n1"]);
    }

    private static async Task AcceptToCreateAsync(OrchMachine orch, EngineTap tap, int count)
    {
        var times = new List<double>();
        for (var i = 0; i < count + 3; i++)
        {
            var created = tap.NextCreate();
            var start = Stopwatch.GetTimestamp();
            await orch.Api.PostAsync("services/create", JsonSerializer.Serialize(Spec($"tap{i}", 1)));
            var took = Stopwatch.GetElapsedTime(start, await created).TotalMilliseconds;
            if (i >= 3)
                times.Add(took);
            await orch.ConvergedAsync($"tap{i}");
            await orch.OkAsync("service", "rm", $"tap{i}");
        }
        times.Sort();
        Console.WriteLine($"accept -> engine create, ms: p50 {times[count / 2]:f1}  p90 {times[count * 9 / 10]:f1}  max {times[^1]:f1}  (n={count})");
        await Until.TrueAsync("the engine is empty", async () => (await orch.Machine.Engine.ContainersAsync()).Count == 0);
    }

    private static async Task RoundAsync(
        SortedDictionary<(int, string), List<double>> table, OrchMachine orch, MachineEngine swarm, int size, int round)
    {
        (string, Func<Task<double>>)[] turns =
        [
            ("floor x1", () => FloorAsync(orch.Machine.Engine, size, 1)),
            ("floor x4", () => FloorAsync(orch.Machine.Engine, size, 4)),
            ("orch", () => OrchAsync(orch, size)),
            ("swarm", () => SwarmAsync(swarm, size)),
        ];
        foreach (var (who, run) in round % 2 == 0 ? turns : [.. turns.Reverse()])
        {
            var took = await run();
            if (!table.TryGetValue((size, who), out var list))
                table[(size, who)] = list = [];
            list.Add(took);
            Console.Error.WriteLine($"round {round} n={size} {who}: {took:f2} s");
        }
    }

    private static async Task<double> OrchAsync(OrchMachine orch, int size)
    {
        var clock = Stopwatch.StartNew();
        await orch.Api.PostAsync("services/create", JsonSerializer.Serialize(Spec("bench", size)));
        await RunningAsync(orch.Machine.Engine, size);
        var took = clock.Elapsed.TotalSeconds;
        await orch.OkAsync("service", "rm", "bench");
        await GoneAsync(orch.Machine.Engine);
        return took;
    }

    private static async Task<double> SwarmAsync(MachineEngine engine, int size)
    {
        var clock = Stopwatch.StartNew();
        await engine.SendAsync(HttpMethod.Post, "/services/create", Spec("bench", size));
        await RunningAsync(engine, size);
        var took = clock.Elapsed.TotalSeconds;
        await engine.SendAsync(HttpMethod.Delete, "/services/bench");
        await GoneAsync(engine);
        return took;
    }

    private static async Task<double> FloorAsync(MachineEngine engine, int size, int concurrency)
    {
        var clock = Stopwatch.StartNew();
        var ids = new string[size];
        await Parallel.ForAsync(0, size, new ParallelOptions { MaxDegreeOfParallelism = concurrency }, async (i, cancel) =>
        {
            var created = await engine.SendAsync(HttpMethod.Post, "/containers/create", new { Image = "sleeper:latest" }, cancel);
            ids[i] = created.GetProperty("Id").GetString()!;
            await engine.SendAsync(HttpMethod.Post, $"/containers/{ids[i]}/start", cancel: cancel);
        });
        var took = clock.Elapsed.TotalSeconds;
        await Parallel.ForEachAsync(ids, async (id, cancel) => await engine.RemoveAsync(id, cancel));
        return took;
    }

    private static Task RunningAsync(MachineEngine engine, int size) => Until.TrueAsync($"{size} run",
        async () => (await engine.ContainersAsync()).Count(c => c.State == "running") >= size, TimeSpan.FromMinutes(2));

    private static Task GoneAsync(MachineEngine engine) => Until.TrueAsync("none is left",
        async () => (await engine.ContainersAsync()).Count == 0, TimeSpan.FromMinutes(2));

    private static Dictionary<string, object> Spec(string name, int replicas) => new()
    {
        ["Name"] = name,
        ["TaskTemplate"] = new { ContainerSpec = new { Image = "sleeper:latest" } },
        ["Mode"] = new { Replicated = new { Replicas = replicas } },
    };

    private static void Report(SortedDictionary<(int Size, string Who), List<double>> table)
    {
        foreach (var ((size, who), list) in table)
        {
            list.Sort();
            var floor = Median(table[(size, "floor x4")]);
            Console.WriteLine($"create {size,3}  {who,-9} median {Median(list),6:f2} s  min {list[0]:f2}  max {list[^1]:f2}"
                + $"  = {Median(list) / floor:f2} x the four-way floor");
        }
    }

    private static void Memory(LabMachine machine)
    {
        foreach (var process in machine.Processes().Where(p => p.Name.StartsWith("orch-", StringComparison.Ordinal)))
            Console.WriteLine($"{process.Name}: {Rss(process.HostProcess.Pid)} MiB RSS");
    }

    private static long Rss(int pid) => File.ReadLines($"/proc/{pid}/status")
        .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], null) / 1024).First();

    private static double Median(List<double> sorted) => sorted.Order().ElementAt(sorted.Count / 2);
}
