using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Core.Planning;

/// <summary>
/// Updates under random specs, edits, reports and changes of leader: never fewer tasks running than parallelism allows,
/// never more alive, and in the end all slots run the new version, or all the old one.
/// </summary>
public sealed class UpdatePropertyTests
{
    private sealed record Case(Rig Rig, ServiceId Web, int Replicas, int Parallelism, bool StartFirst);

    [Fact]
    public void An_update_ends_all_new_or_all_old_and_stays_within_its_bounds()
    {
        for (var seed = 0; seed < 120; seed++)
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
        var it = Begin(random);
        for (var edit = 0; edit < random.Next(1, 4); edit++)
        {
            it.Rig.Update(it.Web, spec => spec.Running($"{(random.Next(3) == 0 ? "bad" : "app")}:{random.Next(100, 999)}"));
            Check(it);
            for (var step = random.Next(1, 30); step > 0; step--)
                Step(it, random);
        }
        for (var round = 0; it.Rig.State.Services.Get(it.Web)!.IsUpdating; round++)
        {
            Assert.True(round < 5_000, $"the update does not end: {it.Rig.State.Services.Get(it.Web)!.Update}");
            Step(it, random);
        }
        it.Rig.Pass(TimeSpan.FromMinutes(10), Outcome);
        Check(it);
        CheckEnd(it);
    }

    private static Case Begin(Random random)
    {
        var (replicas, parallelism, startFirst) = (random.Next(1, 9), random.Next(1, 4), random.Next(2) == 0);
        var rig = new Rig(nodes: 3);
        var spec = Specs.Web((ulong)replicas).Updating((ulong)parallelism, TimeSpan.FromSeconds(random.Next(3)),
            TimeSpan.FromSeconds(random.Next(1, 4)), startFirst ? "start-first" : "stop-first", "rollback");
        var web = rig.Create(spec with { RollbackConfig = spec.UpdateConfig! with { FailureAction = "pause" } });
        rig.Settle();
        return new(rig, web, replicas, parallelism, startFirst);
    }

    /// <summary>One agent reports one step, or time passes, or another manager leads.</summary>
    private static void Step(Case it, Random random)
    {
        var moving = it.Rig.Tasks(it.Web).Where(task => Next(task) > task.State).ToList();
        if (random.Next(25) == 0)
        {
            it.Rig.TakeOver();
            foreach (var node in it.Rig.Nodes)
                it.Rig.Set(node, NodeState.Ready);
        }
        else if (moving.Count > 0 && random.Next(5) > 0)
        {
            var task = moving[random.Next(moving.Count)];
            it.Rig.Report(task, Next(task));
        }
        else
        {
            it.Rig.Pass(TimeSpan.FromMilliseconds(random.Next(2_000)), task => task.State);
        }
        Check(it);
    }

    private static TaskState Next(TaskRecord task) => task.NodeId.IsNone || task.State.IsTerminal() ? task.State : task.Desired switch
    {
        TaskState.Running => Outcome(task),
        TaskState.Ready => TaskState.Ready,
        _ => TaskState.Shutdown,
    };

    private static string Image(TaskSpec spec) => spec.Template.ContainerSpec!.Image;

    private static TaskState Outcome(TaskRecord task) =>
        Image(task.Spec).StartsWith("bad", StringComparison.Ordinal) ? TaskState.Failed : TaskState.Running;

    private static void Check(Case it)
    {
        var alive = it.Rig.Alive(it.Web);
        var running = alive.Count(task => task.State == TaskState.Running);
        var least = it.StartFirst ? it.Replicas : Math.Max(0, it.Replicas - it.Parallelism);
        Assert.True(running >= least, $"{running} tasks run, at least {least} should");
        var most = it.StartFirst ? it.Replicas + it.Parallelism : it.Replicas;
        Assert.True(alive.Count <= most, $"{alive.Count} tasks live, at most {most} should");
        Assert.True(alive.Select(task => task.Slot).Distinct().Count() <= it.Replicas);
    }

    private static void CheckEnd(Case it)
    {
        var service = it.Rig.State.Services.Get(it.Web)!;
        var images = it.Rig.Alive(it.Web).Select(task => Image(task.Spec)).Distinct().ToList();

        // A rollback to something that was itself bad pauses, as it must; nothing is promised about such a mixture.
        if (service.Update!.State == UpdateState.RollbackPaused)
            return;
        Assert.Contains(service.Update.State, new[] { UpdateState.Completed, UpdateState.RollbackCompleted });
        Assert.Equal([Image(service.TaskSpec)], images);
        Assert.All(it.Rig.Alive(it.Web), task => Assert.Equal(TaskState.Running, task.State));
        Assert.Equal(it.Replicas, it.Rig.Alive(it.Web).Count);
    }
}
