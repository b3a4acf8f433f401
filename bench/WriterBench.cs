using System.Diagnostics;
using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Core.Writing;

namespace Orch.Bench;

/// <summary>
/// The whole brain on one core: commands decided, tasks created and placed with constraints and reservations, events folded
/// and encoded, views taken. Only the log's own write is left out.
/// </summary>
internal static class WriterBench
{
    private const int Nodes = 5_000;
    private static ulong _id = 1;

    public static void Run(string[] options)
    {
        // Twice before it counts, so that the code is compiled as it would be in a manager that has run for a minute.
        Measure(services: 1_000, replicas: 100, report: false);
        Measure(services: 1_000, replicas: 100, report: false);
        Measure(services: 1_000, replicas: 100, report: true);
        if (options.Contains("full"))
            Measure(services: 1_000, replicas: 1_000, report: true);
    }

    private static void Measure(int services, int replicas, bool report)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var writer = new ClusterWriter(new ClusterState());
        var now = new Timestamp(1_700_000_000_000_000_000);
        Drive(writer, now, Enumerable.Range(0, Nodes).SelectMany(Join));
        var bytes = 0L;
        var cpu = Environment.CpuUsage.TotalTime;
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < services; i++)
            bytes += Drive(writer, now, [new CreateService(Spec(i, replicas))]);
        var took = clock.Elapsed;
        cpu = Environment.CpuUsage.TotalTime - cpu;
        var view = writer.Speculative;
        var placed = view.Tasks.Values.Count(task => !task.NodeId.IsNone);
        if (!report)
            return;
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine($"{services} services x {replicas}: {placed:n0} tasks placed in {took.TotalSeconds:f2} s = "
            + $"{placed / took.TotalSeconds:n0}/s ({cpu.TotalSeconds:F2} s of CPU, {GC.CollectionCount(0)} collections), {bytes / placed} bytes of events a task, {memory >> 20} MiB live");
        Change(writer, now);
        GC.KeepAlive(view);
    }

    /// <summary>What one change costs while all of that is there.</summary>
    private static void Change(ClusterWriter writer, Timestamp now)
    {
        var tasks = writer.Speculative.Tasks.Values.Take(2_000).ToList();
        var clock = Stopwatch.StartNew();
        foreach (var task in tasks)
        {
            var failed = new ObservedStatus { State = TaskState.Failed, At = now, Error = "task: non-zero exit (1)", ExitCode = 1 };
            Drive(writer, now, [new ReportTasks(task.NodeId, [new ObservedTask(task.Id, failed)], Complete: false)]);
        }
        Console.WriteLine($"  one failed task reported, replaced and placed: {clock.Elapsed.TotalMicroseconds / tasks.Count:n0} us");
        clock.Restart();
        for (var i = 0; i < 1_000; i++)
            _ = writer.Speculative.Snapshot();
        Console.WriteLine($"  a view: {clock.Elapsed.TotalMicroseconds / 1_000:f2} us");
    }

    private static long Drive(ClusterWriter writer, Timestamp now, IEnumerable<ClusterCommand> commands)
    {
        foreach (var command in commands)
            writer.Enqueue(command, command);
        var bytes = 0L;
        while (writer.Step(new StepContext(now, () => new UInt128(0x5DEECE66DUL * _id, _id++))) is { } batch)
        {
            foreach (var e in batch.Events)
                bytes += EventCodec.Encode(e).Length;
            writer.Acknowledge(batch);
        }
        return bytes;
    }

    private static IEnumerable<ClusterCommand> Join(int n)
    {
        var id = new NodeId(new UInt128(77, (ulong)n + 1));
        yield return new JoinNode(id, NodeRole.Worker, $"n{n}", "10.0.0.1");
        yield return new DescribeNode(id, new NodeDescription
        {
            Hostname = $"n{n}",
            Architecture = "x86_64",
            NanoCpus = 64_000_000_000,
            MemoryBytes = 1L << 40,
            EngineVersion = "20.10.24",
            EngineLabels = new() { ["zone"] = $"z{n % 5}" },
        }, "10.0.0.1");
        yield return new SetNodeState(id, NodeState.Ready, null);
    }

    private static ServiceSpec Spec(int n, int replicas) => new()
    {
        Name = $"s{n}",
        Mode = new() { Replicated = new() { Replicas = (ulong)replicas } },
        TaskTemplate = new()
        {
            ContainerSpec = new() { Image = "app:v1" },
            Placement = new() { Constraints = [$"engine.labels.zone!=z{n % 5}"] },
            Resources = new() { Reservations = new() { NanoCPUs = 10_000_000, MemoryBytes = 4 << 20 } },
        },
    };
}
