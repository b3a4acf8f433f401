using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Core.Planning;

/// <summary>
/// Random edits, reports and changes of leader. After each: one live task per slot and version outside updates, the replayed
/// log says the same, nothing left to plan; at the end everything wanted runs.
/// </summary>
public sealed class RandomEditsTests
{
    private const int Seeds = 150;

    [Fact]
    public void Random_edits_and_reports_always_converge()
    {
        for (var seed = 0; seed < Seeds; seed++)
        {
            try
            {
                Play(new Random(seed));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    private static void Play(Random random)
    {
        var rig = new Rig(nodes: random.Next(1, 4));
        for (var i = 0; i < 40; i++)
        {
            Edit(rig, random);
            CheckSlots(rig);
        }
        foreach (var node in rig.Nodes.Where(rig.State.Nodes.Contains))
        {
            rig.Availability(node, NodeAvailability.Active);
            rig.Set(node, NodeState.Ready);
        }
        rig.Join();
        rig.Pass(TimeSpan.FromMinutes(10));
        CheckEnd(rig);
    }

    private static void Edit(Rig rig, Random random)
    {
        var service = Pick(rig.State.Services.Values.OrderBy(s => s.Id).ToList(), random);
        var node = rig.Nodes[random.Next(rig.Nodes.Count)];
        var here = rig.State.Nodes.Contains(node);
        var task = Pick(rig.State.Tasks.Values.Where(t => t.HoldsResources).OrderBy(t => t.Id).ToList(), random);
        switch (random.Next(16))
        {
            case 0 when rig.State.Services.Count < 4:
                rig.Do(new CreateService(RandomSpec(random)));
                break;
            case 1 when service is not null && random.Next(4) == 0:
                rig.Ok(new RemoveService(service.Id.ToString()));
                break;
            case 2 when service is { IsGlobal: false }:
                rig.Update(service.Id, spec => spec.Scaled((ulong)random.Next(0, 6)));
                break;
            case 3 or 4 when service is not null:
                rig.Update(service.Id, spec => Knobs(spec.Running($"app:{random.Next(5)}"), random));
                break;
            case 5 when service?.PreviousSpec is not null:
                rig.Ok(new UpdateService(service.Id.ToString(), service.Version, null, true));
                break;
            case 6 when service is not null:
                rig.Update(service.Id, spec => spec.Constrained(random.Next(2) == 0 ? "node.role==worker" : "node.labels.a==b"));
                break;
            case 7 when here:
                rig.Set(node, (NodeState)random.Next(0, 3));
                break;
            case 8 when here:
                rig.Availability(node, (NodeAvailability)random.Next(0, 3));
                break;
            case 9 when here && random.Next(4) == 0:
                rig.Ok(new RemoveNode(node.ToString(), true));
                break;
            case 10 when rig.Nodes.Count < 6:
                rig.Join();
                break;
            case 11 when random.Next(3) == 0:
                rig.TakeOver();
                break;
            case 12:
                rig.Settle(t => random.Next(4) == 0 ? TaskState.Failed : TaskState.Running);
                break;
            case 13:
                rig.Pass(TimeSpan.FromSeconds(random.Next(1, 40)));
                break;
            default:
                if (task is not null && rig.State.Nodes.Get(task.NodeId) is { State: NodeState.Ready })
                    rig.Report(task, Pick(Reportable, random));
                break;
        }
    }

    private static readonly List<TaskState> Reportable =
    [
        TaskState.Accepted, TaskState.Preparing, TaskState.Ready, TaskState.Starting, TaskState.Running, TaskState.Running,
        TaskState.Complete, TaskState.Failed, TaskState.Rejected,
    ];

    private static ServiceSpec RandomSpec(Random random)
    {
        var name = $"s{random.Next(6)}";
        var spec = random.Next(3) == 0 ? Specs.Everywhere(name) : Specs.Web((ulong)random.Next(0, 5), name);
        spec = random.Next(3) == 0 ? spec.OnHostPort(8080) : spec;
        spec = random.Next(4) == 0 ? spec.Reserving(3L << 30) : spec;
        spec = random.Next(3) == 0 ? spec.Restarting(delay: TimeSpan.FromSeconds(random.Next(0, 9))) : spec;
        return Knobs(spec, random);
    }

    private static ServiceSpec Knobs(ServiceSpec spec, Random random) => spec.Updating(
        (ulong)random.Next(0, 3), TimeSpan.FromSeconds(random.Next(0, 4)), TimeSpan.FromSeconds(random.Next(0, 9)),
        random.Next(3) == 0 && spec.EndpointSpec is null ? "start-first" : null,
        random.Next(3) switch { 0 => "continue", 1 => "rollback", _ => null });

    private static T? Pick<T>(List<T> from, Random random) => from.Count == 0 ? default : from[random.Next(from.Count)];

    private static void CheckSlots(Rig rig)
    {
        foreach (var slot in rig.State.Tasks.Values.Where(t => t.IsAlive).GroupBy(t => (t.ServiceId, t.Slot)))
        {
            Assert.True(slot.Where(t => !Leaves(rig, t)).GroupBy(t => t.Spec.Fingerprint).All(same => same.Count() == 1),
                $"slot {slot.Key} has {slot.Count()} live tasks of one kind");
        }
        Assert.Equal(rig.State.Tasks.Values.Count(t => t.HoldsResources && rig.State.Nodes.Contains(t.NodeId)),
            rig.State.Nodes.Keys.Sum(n => rig.State.TasksOn(n).Count(t => t.HoldsResources)));
    }

    /// <summary>It runs on only until its successor is there.</summary>
    private static bool Leaves(Rig rig, TaskRecord task) => rig.State.Nodes.Get(task.NodeId) is { } node
        && (node.Spec.Availability == NodeAvailability.Drain
            || rig.State.Services.Get(task.ServiceId)!.TaskSpec.Template.Placement?.Constraints is ["node.labels.a==b"]);

    private static string Story(Rig rig, Service service) => $"{rig.Now} {service.UpdatedAt}\n"
        + string.Join('\n', rig.Tasks(service.Id).Select(t => $"{t.Slot} v{t.Spec.Version} {t.Desired} {t.State} "
            + $"on {rig.State.Nodes.Get(t.NodeId)?.State.ToString() ?? "-"} not before {t.NotBefore} {t.Status.Error}"));

    private static void CheckEnd(Rig rig)
    {
        foreach (var service in rig.State.Services.Values)
        {
            var paused = service.Update is { State: UpdateState.Paused or UpdateState.RollbackPaused };
            var alive = rig.Alive(service.Id);
            var unplaced = alive.Where(t => t.NodeId.IsNone).ToList();
            Assert.All(unplaced, t => Assert.False(string.IsNullOrEmpty(t.Status.Error), $"{t.Name} waits and does not say why"));
            Assert.False(service.IsUpdating && unplaced.Count == 0,
                $"{service.Spec.Name} is still updating: {service.Update}\n{Story(rig, service)}");
            if (!service.IsGlobal)
                Assert.Equal((int)service.Replicas, alive.Select(t => t.Slot).Distinct().Count());
            Assert.All(alive.Except(unplaced), t => Assert.Equal(TaskState.Running, t.State));
            if (!paused && unplaced.Count == 0)
                Assert.All(alive, t => Assert.Equal(service.TaskSpec.Fingerprint, t.Spec.Fingerprint));
        }
        Assert.DoesNotContain(rig.State.Tasks.Values, t => !rig.State.Services.Contains(t.ServiceId));
    }
}
