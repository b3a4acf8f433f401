using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Scheduling;
using Orch.Tests.Support;

namespace Orch.Tests.Core.Scheduling;

/// <summary>
/// Random clusters and random histories against a slow reading of the rules: each case is a seed, so a failure is
/// replayed by its number.
/// </summary>
public sealed class SchedulerProperties
{
    private const int Cases = 300;

    [Fact]
    public void Every_placement_obeys_every_rule_and_every_refusal_is_true()
    {
        for (var seed = 0; seed < Cases; seed++)
            Play(seed);
    }

    [Fact]
    public void A_service_spreads_within_one_over_equal_nodes_and_zones()
    {
        for (var seed = 0; seed < Cases; seed++)
        {
            var random = new Random(seed);
            var (zones, perZone) = (random.Next(1, 6), random.Next(1, 80));
            var scheduler = new Scheduler();
            for (var n = 0; n < zones * perZone; n++)
                scheduler.NodeSet(A.Node(n, ("zone", $"z{n % zones}")));
            var spec = A.Spec("web").Spread("node.labels.zone");
            var perNode = new int[zones * perZone];
            var numbers = Enumerable.Range(0, perNode.Length).ToDictionary(A.NodeId);
            for (int placed = 0, batch; placed < 400; placed += batch)
            {
                batch = random.Next(1, 60);
                foreach (var (_, node) in scheduler.Place(spec, Ids(placed, batch), A.Moment).Placed)
                    perNode[numbers[node]]++;
                var inZones = Enumerable.Range(0, zones)
                    .Select(zone => perNode.Where((_, n) => n % zones == zone).Sum()).ToArray();
                Assert.True(inZones.Max() - inZones.Min() <= 1, $"seed {seed}: zones {string.Join(',', inZones)}");
                Assert.True(perNode.Max() - perNode.Min() <= 1, $"seed {seed}: nodes {string.Join(',', perNode)}");
            }
        }
    }

    private static void Play(int seed)
    {
        var random = new Random(seed);
        var scheduler = new Scheduler();
        var nodes = new Dictionary<NodeId, Node>();
        var held = new Dictionary<TaskId, TaskRecord>();
        var next = 0;
        for (var step = 0; step < 60; step++)
        {
            var node = RandomNode(random);
            switch (random.Next(8))
            {
                case 0 or 1:
                    nodes[node.Id] = node;
                    scheduler.NodeSet(node);
                    break;
                case 2 when random.Next(3) == 0:
                    nodes.Remove(node.Id);
                    scheduler.NodeRemoved(node.Id);
                    break;
                case 3 when held.Count > 0:
                    var gone = held.Values.ElementAt(random.Next(held.Count));
                    held.Remove(gone.Id);
                    scheduler.Release(gone);
                    scheduler.Release(gone);
                    break;
                case 4 when held.Count > 0:
                    var stopping = held.Values.ElementAt(random.Next(held.Count)) with { Desired = TaskState.Shutdown };
                    held[stopping.Id] = stopping;
                    scheduler.Hold(stopping);
                    scheduler.Hold(stopping);
                    break;
                default:
                    Place(seed, random, scheduler, nodes, held, ref next);
                    break;
            }
            Assert.Equal(held.Count, scheduler.HeldTasks);
        }
        Rebuilt(seed, random, scheduler, nodes, held);
    }

    private static void Place(
        int seed, Random random, Scheduler scheduler,
        Dictionary<NodeId, Node> nodes, Dictionary<TaskId, TaskRecord> held, ref int next)
    {
        var spec = RandomSpec(random);
        var ids = Ids(next, random.Next(1, 8));
        next += ids.Length;
        var result = scheduler.Place(spec, ids, A.Moment);
        foreach (var (task, node) in result.Placed)
        {
            var why = Rules.Refuse(nodes.GetValueOrDefault(node), spec, held.Values);
            Assert.True(why is null, $"seed {seed}: placed on a node that is refused: {why}");
            held[task] = A.Task(spec, 1, node) with { Id = task };
            scheduler.Hold(held[task]);
        }
        Assert.Equal(result.Placed.Count == ids.Length, result.Explanation is null);
        if (result.Explanation is not { } explanation)
            return;
        Assert.Equal(nodes.Count, explanation.Reasons.Sum(reason => reason.Nodes));
        Assert.All(nodes.Values, node => Assert.NotNull(Rules.Refuse(node, spec, held.Values)));
    }

    /// <summary>One that is told the outcome in another order answers like the one that lived through it.</summary>
    private static void Rebuilt(
        int seed, Random random, Scheduler lived, Dictionary<NodeId, Node> nodes, Dictionary<TaskId, TaskRecord> held)
    {
        var rebuilt = new Scheduler();
        foreach (var task in held.Values.OrderBy(_ => random.Next()))
            rebuilt.Hold(task);
        foreach (var node in nodes.Values.OrderBy(_ => random.Next()))
            rebuilt.NodeSet(node);
        for (var n = 0; n < 10; n++)
        {
            var (spec, ids) = (RandomSpec(random), Ids(1_000_000 + n * 50, 40));
            var (first, second) = (lived.Place(spec, ids, A.Moment), rebuilt.Place(spec, ids, A.Moment));
            Assert.True(
                first.Placed.Count == second.Placed.Count,
                $"seed {seed}: {first.Placed.Count} placed, {second.Placed.Count} after a rebuild");
            foreach (var (task, node) in first.Placed)
                lived.Release(A.Task(spec, 1, node) with { Id = task });
            foreach (var (task, node) in second.Placed)
                rebuilt.Release(A.Task(spec, 1, node) with { Id = task });
            Assert.Equal(first.Explanation?.Text, second.Explanation?.Text);
        }
    }

    private static TaskId[] Ids(int from, int count) => [.. Enumerable.Range(from, count).Select(A.TaskId)];

    private static Node RandomNode(Random random)
    {
        var number = random.Next(12);
        var node = A.Node(number, ("zone", $"z{random.Next(3)}"), ("disk", random.Next(2) == 0 ? "ssd" : "HDD"));
        return random.Next(5) == 0 ? node with { State = NodeState.Down } : node;
    }

    /// <summary>One of 64 fixed specs: the same number is always the same spec.</summary>
    private static TaskSpec RandomSpec(Random random)
    {
        var number = random.Next(64);
        var spec = A.Spec($"service-{number}");
        if (number % 2 == 1)
            spec = spec.Reserving(A.Cpus(0.5 * (number % 5)), A.GiB(number % 3));
        if (number % 3 == 1)
            spec = spec.OnHostPorts((uint)(8000 + number % 4));
        var placement = new Placement
        {
            Constraints = (number % 5) switch
            {
                0 => [$"node.labels.zone==Z{number % 3}"],
                1 => ["node.labels.disk!=hdd", $"node.labels.zone!=z{number % 3}"],
                2 => [$"node.hostname!=node-{number % 12}"],
                _ => null,
            },
            MaxReplicas = number % 7 == 0 ? 2UL : null,
            Preferences = number % 4 == 0 ? [new() { Spread = new() { SpreadDescriptor = "node.labels.zone" } }] : null,
        };
        return spec.With(placement);
    }
}
