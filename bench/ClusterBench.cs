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
        if (options is ["latency"])
        {
            await LatenciesAsync();
            return;
        }
        var rounds = options.Length > 0 ? int.Parse(options[0], null) : 3;
        await using var lab = await Lab.UpAsync(new LabOptions { Machines = 2, Label = "bench" });
        using var orch = new OrchMachine(lab["n1"]);
        await orch.InitAsync();
        var swarm = lab["n2"].Engine;
        await swarm.SendAsync(HttpMethod.Post, "/swarm/init",
            new { ListenAddr = "0.0.0.0:2377", AdvertiseAddr = lab["n2"].Address });

        var table = new SortedDictionary<(int Size, string Who), List<double>>();
        for (var round = 0; round < rounds; round++)
        {
            foreach (var size in _sizes)
                await RoundAsync(table, orch, swarm, lab["n2"].EngineSocketPath, size, round);
        }
        Report(table);
        Memory(lab["n1"]);
        await LatenciesAsync();
    }

    private static async Task LatenciesAsync()
    {
        await using (var lab = await Lab.UpAsync(new LabOptions { Machines = 1, Label = "heal" }))
        {
            using var orch = new OrchMachine(lab["n1"]);
            await orch.InitAsync();
            await ReplacedAsync(orch, 30);
        }
        await AcceptToCreateAsync(30);
    }

    /// <summary>On a machine of its own: what passes through the tap is slower than what does not.</summary>
    private static async Task AcceptToCreateAsync(int count)
    {
        await using var lab = await Lab.UpAsync(new LabOptions { Machines = 1, Label = "tap" });
        using var orch = new OrchMachine(lab["n1"]);
        await using var tap = new EngineTap($"{lab["n1"].RunDirectory}/tap.sock", lab["n1"].EngineSocketPath);
        await orch.OkAsync("init", "--advertise-addr", lab["n1"].Address, "--engine", "unix:///run/tap.sock");
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
        Print("accept -> engine create", times);
    }

    /// <summary>A container is killed; its replacement runs. Beside it what the bare engine needs for a create and a start.</summary>
    private static async Task ReplacedAsync(OrchMachine orch, int count)
    {
        var engine = orch.Machine.Engine;
        using var feed = await EngineFeed.OpenAsync(orch.Machine.EngineSocketPath);
        await orch.OkAsync("service", "create", "-d", "--name", "victim", "--restart-delay", "0s", "sleeper:latest");
        await feed.StartedAsync(1);
        var (replaced, died, floor) = (new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < count; i++)
        {
            await orch.ConvergedAsync("victim");
            var container = (await engine.ContainersAsync()).First(c => c.State == "running");
            var start = Stopwatch.GetTimestamp();
            await engine.SendAsync(HttpMethod.Post, $"/containers/{container.Id}/kill");
            await feed.DiedAsync();
            died.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            await feed.StartedAsync(1);
            replaced.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            floor.Add(1000 * await FloorAsync(engine, 1, 1));
            await feed.StartedAsync(1);
        }
        Print("killed -> replacement started", replaced);
        Print("  of that the engine reports the death after", died);
        Print("bare engine: create + start", floor);
        await orch.OkAsync("service", "rm", "victim");
        await GoneAsync(engine);
    }

    private static void Print(string what, List<double> milliseconds)
    {
        milliseconds.Sort();
        var n = milliseconds.Count;
        Console.WriteLine($"{what}, ms: p50 {milliseconds[n / 2]:f1}  p90 {milliseconds[n * 9 / 10]:f1}  max {milliseconds[^1]:f1}  (n={n})");
    }

    private static async Task RoundAsync(
        SortedDictionary<(int, string), List<double>> table, OrchMachine orch,
        MachineEngine swarm, string swarmSocket, int size, int round)
    {
        (string, Func<Task<double>>)[] turns =
        [
            ("floor x1", () => FloorAsync(orch.Machine.Engine, size, 1)),
            ("floor x4", () => FloorAsync(orch.Machine.Engine, size, 4)),
            ("orch", () => OrchAsync(orch, size)),
            ("swarm", () => SwarmAsync(swarm, swarmSocket, size)),
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
        using var feed = await EngineFeed.OpenAsync(orch.Machine.EngineSocketPath);
        var before = Cpu(orch.Machine);
        var clock = Stopwatch.StartNew();
        await orch.Api.PostAsync("services/create", JsonSerializer.Serialize(Spec("bench", size)));
        await feed.StartedAsync(size);
        var took = clock.Elapsed.TotalSeconds;
        var used = Cpu(orch.Machine).Select(now => $"{now.Key} {now.Value - before.GetValueOrDefault(now.Key):f2} s");
        Console.Error.WriteLine($"  CPU: {string.Join(", ", used)}");
        await orch.OkAsync("service", "rm", "bench");
        await GoneAsync(orch.Machine.Engine);
        return took;
    }

    private static async Task<double> SwarmAsync(MachineEngine engine, string socket, int size)
    {
        using var feed = await EngineFeed.OpenAsync(socket);
        var clock = Stopwatch.StartNew();
        await engine.SendAsync(HttpMethod.Post, "/services/create", Spec("bench", size));
        await feed.StartedAsync(size);
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

    /// <summary>CPU seconds used so far, by program.</summary>
    private static Dictionary<string, double> Cpu(LabMachine machine) => machine.Processes()
        .Where(p => p.Name is "orch-manager" or "orch-agent" or "dockerd" or "containerd")
        .GroupBy(p => p.Name).ToDictionary(p => p.Key, p => p.Sum(one => CpuSeconds(one.HostProcess.Pid)));

    private static double CpuSeconds(int pid)
    {
        var stat = File.ReadAllText($"/proc/{pid}/stat");
        var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        return (double.Parse(fields[11], null) + double.Parse(fields[12], null)) / 100;
    }

    private static long Rss(int pid) => File.ReadLines($"/proc/{pid}/status")
        .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(line => long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], null) / 1024).First();

    private static double Median(List<double> sorted) => sorted.Order().ElementAt(sorted.Count / 2);
}
