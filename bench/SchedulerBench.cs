using System.Diagnostics;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Scheduling;

namespace Orch.Bench;

/// <summary>Placements per second on fixed, made-up clusters: decisions and their accounting, no log.</summary>
internal static class SchedulerBench
{
    private static readonly Timestamp Now = new(1_700_000_000_000_000_000);

    public static void Run(string[] options)
    {
        // A first round on a small cluster, so that the code is compiled before it is measured.
        Many(nodes: 500, services: 200, perService: 100, report: false);
        Single(nodes: 500, services: 20_000, report: false);
        Storm(nodes: 500, services: 100, perService: 50, report: false);

        Many(nodes: 5_000, services: 1_000, perService: 100, report: true);
        Many(nodes: 10_000, services: 1_000, perService: 1_000, report: true);
        Single(nodes: 5_000, services: 100_000, report: true);
        Storm(nodes: 10_000, services: 1_000, perService: 1_000, report: true);
    }

    private static void Many(int nodes, int services, int perService, bool report)
    {
        var scheduler = Cluster(nodes);
        var before = GC.GetTotalMemory(true);
        var specs = Enumerable.Range(0, services).Select(n => Spec(n, spread: true)).ToArray();
        var ids = Ids(services * perService);
        var watch = Watch.Start();
        var placed = 0;
        for (var n = 0; n < services; n++)
            placed += scheduler.Place(specs[n], ids.AsSpan(n * perService, perService), Now).Placed.Count;
        var took = watch.Stop();
        if (!report)
            return;
        ids = [];
        var memory = GC.GetTotalMemory(true) - before;
        Line($"{services:N0} services x {perService:N0}, constraint + reservation + spread, {nodes:N0} nodes",
            placed, took);
        Console.WriteLine($"    held by the scheduler: {memory / 1048576.0:F1} MiB for {scheduler.HeldTasks:N0} tasks");
        GC.KeepAlive(specs);
    }

    private static void Single(int nodes, int services, bool report)
    {
        var scheduler = Cluster(nodes);
        var specs = Enumerable.Range(0, services).Select(n => Spec(n, spread: false)).ToArray();
        var ids = Ids(services);
        var watch = Watch.Start();
        var placed = 0;
        for (var n = 0; n < services; n++)
            placed += scheduler.Place(specs[n], ids.AsSpan(n, 1), Now).Placed.Count;
        var took = watch.Stop();
        if (report)
            Line($"{services:N0} services x 1, constraint + reservation, {nodes:N0} nodes", placed, took);
    }

    private static void Storm(int nodes, int services, int perService, bool report)
    {
        foreach (var batched in (ReadOnlySpan<bool>)[true, false])
        {
            var scheduler = Cluster(nodes);
            var tasks = Fill(scheduler, services, perService);
            var dead = Enumerable.Range(0, nodes / 10).Select(n => Node(n * 10)).ToArray();
            var deadIds = dead.Select(node => node.Id).ToHashSet();
            var lost = tasks.Where(task => deadIds.Contains(task.NodeId)).GroupBy(task => task.Spec).ToArray();
            var fresh = Ids(tasks.Count + lost.Sum(group => group.Count())).AsSpan(tasks.Count);
            var watch = Watch.Start();
            var placed = Replace(scheduler, dead, lost, fresh, batched);
            var took = watch.Stop();
            if (report)
                Line($"{dead.Length:N0} of {nodes:N0} nodes die, {(batched ? "one call a service" : "one call a task")}",
                    placed, took);
        }
    }

    private static int Replace(
        Scheduler scheduler, Node[] dead, IGrouping<TaskSpec, TaskRecord>[] lost, ReadOnlySpan<TaskId> fresh, bool batched)
    {
        foreach (var node in dead)
            scheduler.NodeSet(node with { State = NodeState.Down });
        var placed = 0;
        foreach (var group in lost)
        {
            var count = 0;
            foreach (var task in group)
            {
                scheduler.Hold(task with { Desired = TaskState.Shutdown });
                count++;
            }
            if (batched)
                placed += scheduler.Place(group.Key, fresh.Slice(placed, count), Now).Placed.Count;
            for (; !batched && count > 0; count--)
                placed += scheduler.Place(group.Key, fresh.Slice(placed, 1), Now).Placed.Count;
        }
        return placed;
    }

    private static List<TaskRecord> Fill(Scheduler scheduler, int services, int perService)
    {
        var ids = Ids(services * perService);
        var tasks = new List<TaskRecord>(ids.Length);
        for (var n = 0; n < services; n++)
        {
            var spec = Spec(n, spread: true);
            foreach (var (task, node) in scheduler.Place(spec, ids.AsSpan(n * perService, perService), Now).Placed)
                tasks.Add(Task(spec, task, node));
        }
        return tasks;
    }

    private static TaskRecord Task(TaskSpec spec, TaskId id, NodeId node) => new()
    {
        Id = id,
        Slot = SlotKey.Of(1),
        Spec = spec,
        NodeId = node,
        CreatedAt = Now,
        Status = new() { State = TaskState.Running, At = Now },
    };

    private static Scheduler Cluster(int nodes)
    {
        var scheduler = new Scheduler();
        for (var n = 0; n < nodes; n++)
            scheduler.NodeSet(Node(n));
        return scheduler;
    }

    private static Node Node(int n) => new()
    {
        Id = new(Scatter(1, n)),
        CreatedAt = Now,
        State = NodeState.Ready,
        Address = $"10.{n / 65536}.{n / 256 % 256}.{n % 256}",
        Spec = new NodeSpec
        {
            Labels = new() { ["zone"] = $"z{n % 3}", ["rack"] = $"r{n % 40}", ["disk"] = n % 2 == 0 ? "ssd" : "hdd" },
        },
        Description = new NodeDescription
        {
            Hostname = $"node-{n}",
            Architecture = "x86_64",
            NanoCpus = 64_000_000_000,
            MemoryBytes = 256L << 30,
        },
    };

    private static TaskSpec Spec(int n, bool spread) => new()
    {
        ServiceId = new(Scatter(2, n)),
        ServiceName = $"service-{n}",
        Version = 1,
        Template = new TaskTemplate
        {
            Resources = new() { Reservations = new() { NanoCPUs = 100_000_000, MemoryBytes = 64L << 20 } },
            Placement = new Placement
            {
                Constraints = [(n % 3) switch
                {
                    0 => $"node.labels.disk=={(n % 2 == 0 ? "ssd" : "hdd")}",
                    1 => $"node.labels.rack!=r{n % 40}",
                    _ => "node.platform.arch==amd64",
                }],
                Preferences = spread ? [new() { Spread = new() { SpreadDescriptor = "node.labels.zone" } }] : null,
            },
        },
    };

    private static TaskId[] Ids(int count) => [.. Enumerable.Range(0, count).Select(n => new TaskId(Scatter(3, n)))];

    private static UInt128 Scatter(ulong kind, int n)
    {
        var seed = kind << 40 | (uint)n;
        return new((ulong)StableHash.Mix(seed) << 32 | (uint)n, (ulong)StableHash.Mix(seed + 77) << 32 | (uint)kind);
    }

    private static void Line(string what, int placed, (TimeSpan Wall, TimeSpan Cpu) took) => Console.WriteLine(
        $"{what}: {placed:N0} placed in {took.Wall.TotalMilliseconds:N0} ms = {placed / took.Wall.TotalSeconds:N0}/s"
        + $" ({placed / took.Cpu.TotalSeconds:N0} per CPU second)");

    /// <summary>Wall and processor time: the second tells what a busy machine hides.</summary>
    private readonly record struct Watch(long Begun, TimeSpan Cpu)
    {
        public static Watch Start() => new(Stopwatch.GetTimestamp(), Environment.CpuUsage.TotalTime);

        public (TimeSpan Wall, TimeSpan Cpu) Stop() =>
            (Stopwatch.GetElapsedTime(Begun), Environment.CpuUsage.TotalTime - Cpu);
    }
}
