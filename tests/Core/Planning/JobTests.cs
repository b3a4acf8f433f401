using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Core.Planning;

/// <summary>Jobs: each slot completes once per run, never more at a time than allowed, whatever fails on the way.</summary>
public sealed class JobTests
{
    private static ServiceSpec Job(ulong total, ulong concurrent) => Specs.Web() with
    {
        Mode = new() { ReplicatedJob = new() { TotalCompletions = total, MaxConcurrent = concurrent } },
    };

    private static ServiceSpec GlobalJob() => Specs.Web() with { Mode = new() { GlobalJob = new() } };

    private static TaskState Succeed(TaskRecord task) => task.State < TaskState.Running ? TaskState.Running : TaskState.Complete;

    private static int Complete(Rig rig, ServiceId id) => rig.Tasks(id).Count(task =>
        task.State == TaskState.Complete && task.Spec.Version == rig.State.Services.Get(id)!.TaskSpec.Version);

    [Fact]
    public void No_more_tasks_than_allowed_are_live_and_each_slot_completes_once()
    {
        var rig = new Rig();
        var id = rig.Create(Job(5, 2));
        for (var done = 0; done < 5; done++)
        {
            Assert.Equal(Math.Min(2, 5 - done), rig.Alive(id).Count);
            rig.Report(rig.Alive(id)[0], TaskState.Complete);
        }
        Assert.Empty(rig.Alive(id));
        rig.Pass(TimeSpan.FromHours(1));
        Assert.Equal([1UL, 2, 3, 4, 5], rig.Tasks(id).Select(task => task.Slot.Number));
        Assert.All(rig.Tasks(id), task => Assert.Equal(TaskState.Complete, task.State));
    }

    [Fact]
    public void Condition_any_does_not_run_a_task_that_succeeded_again()
    {
        var rig = new Rig();
        var id = rig.Create(Job(1, 1).Restarting("any"));
        rig.Settle(Succeed);
        rig.Pass(TimeSpan.FromHours(1), Succeed);
        Assert.Single(rig.Tasks(id));
    }

    [Fact]
    public void A_task_that_failed_is_replaced_in_its_slot_as_the_policy_says()
    {
        var rig = new Rig();
        var id = rig.Create(Job(2, 1).Restarting(max: 1));
        rig.Report(rig.Only(id), TaskState.Failed, 1);
        Assert.Equal(1UL, rig.Only(id).Slot.Number);
        rig.Report(rig.Only(id), TaskState.Failed, 1);
        Assert.Equal(2UL, rig.Only(id).Slot.Number);
        rig.Settle(Succeed);
        rig.TakeOver();
        Assert.Empty(rig.Alive(id));
        Assert.Equal(1, Complete(rig, id));
    }

    [Fact]
    public void An_update_is_a_new_run_of_everything_and_keeps_what_completed()
    {
        var rig = new Rig();
        var id = rig.Create(Job(2, 1));
        rig.Report(rig.Only(id), TaskState.Complete);
        var second = rig.Only(id);
        rig.Report(second, TaskState.Running);
        rig.Update(id, spec => spec with { Labels = new() { ["a"] = "b" } });
        Assert.Equal(1UL, rig.State.Services.Get(id)!.TaskSpec.JobIteration);
        Assert.Equal(TaskState.Remove, rig.State.Tasks.Get(second.Id)!.Desired);
        Assert.Null(rig.State.Services.Get(id)!.Update);
        rig.Pass(TimeSpan.FromMinutes(1), Succeed);
        Assert.Equal(2, Complete(rig, id));
        Assert.Equal(3, rig.Tasks(id).Count(task => task.State == TaskState.Complete));
    }

    [Fact]
    public void The_tasks_of_a_lost_node_run_elsewhere_unless_they_had_completed()
    {
        var rig = new Rig(2);
        var id = rig.Create(Job(2, 2));
        var (first, second) = (rig.Alive(id)[0], rig.Alive(id)[1]);
        rig.Report(first, TaskState.Complete);
        rig.Set(first.NodeId, NodeState.Down);
        rig.Set(second.NodeId, NodeState.Down);
        Assert.Equal(2UL, rig.Only(id).Slot.Number);

        // It had completed before its node fell silent: the replacement is called off.
        rig.Set(second.NodeId, NodeState.Ready);
        rig.Report(second, TaskState.Complete);
        Assert.Empty(rig.Alive(id));
        rig.Ok(new RemoveNode(first.NodeId.ToString(), true));
        rig.TakeOver();
        Assert.Empty(rig.Alive(id));
    }

    [Fact]
    public void A_global_job_runs_once_on_each_node_also_on_those_that_join_later()
    {
        var rig = new Rig(2);
        var id = rig.Create(GlobalJob());
        Assert.Equal(2, rig.Alive(id).Count);
        rig.Settle(Succeed);
        var third = rig.Join();
        Assert.Equal(third, rig.Only(id).NodeId);
        rig.Settle(Succeed);
        rig.Set(third, NodeState.Down);
        rig.Set(third, NodeState.Ready);
        Assert.Empty(rig.Alive(id));
        rig.Update(id, spec => spec.Running("app:2"));
        Assert.Equal(3, rig.Alive(id).Count);
    }

    [Fact]
    public void Jobs_take_no_update_configuration()
    {
        var refusal = new Rig().Do(new CreateService(Job(1, 1).Updating())).Refusal;
        Assert.Equal("Jobs may not have an update config", refusal!.Message);
    }

    [Fact]
    public void What_a_spec_leaves_out_is_stored_because_clients_read_it_unasked()
    {
        var rig = new Rig();
        var id = rig.Create(Specs.Web() with { Mode = new() { ReplicatedJob = new() { TotalCompletions = 3 } } });
        Assert.Equal(3UL, rig.State.Services.Get(id)!.Spec.Mode!.ReplicatedJob!.MaxConcurrent);
    }

    [Fact]
    public void Ten_thousand_tasks_complete_with_a_hundred_at_a_time()
    {
        var rig = new Rig(3, mirrored: false);
        var id = rig.Create(Job(10_000, 100));
        while (rig.Alive(id) is { Count: > 0 } alive)
            rig.Ok(new ReportTasks(alive[0].NodeId, [.. alive.Where(t => t.NodeId == alive[0].NodeId)
                .Select(t => new ObservedTask(t.Id, rig.Status(TaskState.Complete)))], false));
        Assert.Equal(10_000, Complete(rig, id));
    }

    [Fact]
    public void Counts_are_exact_under_random_failures_losses_updates_and_changes_of_leader()
    {
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var rig = new Rig(3);
            var id = rig.Create(Job((ulong)random.Next(1, 9), (ulong)random.Next(0, 5)).Restarting(delay: TimeSpan.FromSeconds(random.Next(3))));
            for (var i = 0; i < 40; i++)
            {
                Disturb(rig, id, random);
                CheckCounts(rig, id, seed);
            }
            foreach (var node in rig.Nodes)
                rig.Availability(node, NodeAvailability.Active);
            foreach (var node in rig.Nodes)
                rig.Set(node, NodeState.Ready);
            rig.Pass(TimeSpan.FromMinutes(10), Succeed);
            CheckCounts(rig, id, seed);
            var job = rig.State.Services.Get(id)!.Spec.Mode!.ReplicatedJob!;
            Assert.Equal(job.Completions, (ulong)CompleteSlots(rig, id).Count());
            Assert.Empty(rig.Alive(id));
        }
    }

    private static void Disturb(Rig rig, ServiceId id, Random random)
    {
        var node = rig.Nodes[random.Next(3)];
        switch (random.Next(9))
        {
            case 0: rig.Set(node, random.Next(2) == 0 ? NodeState.Down : NodeState.Ready); break;
            case 1: rig.Availability(node, (NodeAvailability)random.Next(3)); break;
            case 2: rig.TakeOver(); break;
            case 3 when random.Next(4) == 0:
                rig.Update(id, spec => spec with
                {
                    Mode = new()
                    {
                        ReplicatedJob = new() { TotalCompletions = (ulong)random.Next(1, 9), MaxConcurrent = (ulong)random.Next(1, 5) },
                    },
                });
                break;
            case 4: rig.Pass(TimeSpan.FromSeconds(random.Next(5)), task => task.State); break;
            default:
                var ready = rig.Tasks(id).Where(t => t.HoldsResources && t.Desired != TaskState.Ready
                    && rig.State.Nodes.Get(t.NodeId) is { State: NodeState.Ready }).ToList();
                if (ready.Count > 0)
                    rig.Report(ready[random.Next(ready.Count)], random.Next(4) switch
                    {
                        0 => TaskState.Failed,
                        1 => TaskState.Running,
                        _ => TaskState.Complete,
                    });
                break;
        }
    }

    private static IEnumerable<SlotKey> CompleteSlots(Rig rig, ServiceId id) => rig.Tasks(id)
        .Where(t => t.State == TaskState.Complete && t.Spec.Version == rig.State.Services.Get(id)!.TaskSpec.Version)
        .Select(t => t.Slot).Distinct();

    private static void CheckCounts(Rig rig, ServiceId id, int seed)
    {
        var job = rig.State.Services.Get(id)!.Spec.Mode!.ReplicatedJob!;
        var live = rig.Alive(id).Select(t => t.Slot).ToList();
        Assert.True((ulong)live.Count <= job.Concurrency, $"seed {seed}: {live.Count} live of {job.Concurrency}");
        Assert.Equal(live.Count, live.Distinct().Count());
        Assert.Empty(live.Intersect(CompleteSlots(rig, id)));
        Assert.True(live.Concat(CompleteSlots(rig, id)).All(slot => slot.Number <= job.Completions), $"seed {seed}");
        Assert.True((ulong)(live.Count + CompleteSlots(rig, id).Count()) >= Math.Min(job.Concurrency, job.Completions),
            $"seed {seed}: too few live");
    }
}
