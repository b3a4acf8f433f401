using Orch.Core.Commands;
using Orch.Core.Model;

namespace Orch.Tests.Core.Planning;

public sealed class ReplicaTests
{
    [Fact]
    public void Creating_n_replicas_gives_n_assigned_tasks_spread_over_the_nodes()
    {
        var rig = new Rig(nodes: 3);
        var web = rig.Create(Specs.Web(6));

        var tasks = rig.Alive(web);
        Assert.Equal([1, 2, 3, 4, 5, 6], tasks.Select(t => (int)t.Slot.Number));
        Assert.All(tasks, t => Assert.Equal((TaskState.Assigned, TaskState.Running), (t.State, t.Desired)));
        Assert.All(tasks.GroupBy(t => t.NodeId), node => Assert.Equal(2, node.Count()));
    }

    [Fact]
    public void Scaling_up_keeps_what_runs_and_adds_the_missing_slots()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web(2));
        rig.Settle();
        var before = rig.Alive(web).Select(t => t.Id).ToList();

        rig.Update(web, spec => spec.Scaled(5));

        Assert.Equal(5, rig.Alive(web).Count);
        Assert.Equal(before, rig.Alive(web).Take(2).Select(t => t.Id));
        Assert.Null(rig.State.Services.Get(web)!.Update);
    }

    [Fact]
    public void Scaling_down_takes_the_highest_slots_and_leaves_no_history_of_them()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web(5));
        rig.Settle();

        rig.Update(web, spec => spec.Scaled(2));
        Assert.Equal([1, 2], rig.Alive(web).Select(t => (int)t.Slot.Number));
        Assert.Equal(5, rig.Tasks(web).Count());

        rig.Settle();
        Assert.Equal(2, rig.Tasks(web).Count());
    }

    [Fact]
    public void Scaling_to_zero_and_back_starts_afresh()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web(3));
        rig.Settle();
        rig.Update(web, spec => spec.Scaled(0));
        rig.Settle();
        Assert.Empty(rig.Tasks(web));

        rig.Update(web, spec => spec.Scaled(2));
        rig.Settle();
        Assert.All(rig.Alive(web), t => Assert.Equal(TaskState.Running, t.State));
        Assert.Equal(2, rig.Alive(web).Count);
    }

    [Fact]
    public void A_removed_service_removes_its_tasks_once_their_agents_said_so()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web(3));
        rig.Settle();

        rig.Ok(new RemoveService("web"));
        Assert.All(rig.Tasks(web), t => Assert.Equal(TaskState.Remove, t.Desired));

        rig.Settle();
        Assert.Equal((0, 0, 0), (rig.State.Tasks.Count, rig.State.RetainedSpecs.Count, rig.State.TasksByService.Count));
    }

    [Fact]
    public void A_removed_service_with_unplaced_tasks_is_gone_at_once()
    {
        var rig = new Rig(nodes: 0);
        rig.Create(Specs.Web(3));
        rig.Ok(new RemoveService("web"));
        Assert.Equal(0, rig.State.Tasks.Count);
    }

    [Fact]
    public void A_huge_service_is_created_and_removed_over_several_bounded_steps()
    {
        var rig = new Rig(nodes: 0, mirrored: false);
        var web = rig.Create(Specs.Web(60_000));
        Assert.Equal(60_000, rig.State.TasksOf(web).TaskCount);

        // Room for all of them appears at once: that too must come in bounded appends.
        rig.Join();
        Assert.All(rig.State.TaskRecordsOf(web), t => Assert.False(t.NodeId.IsNone));
        rig.Ok(new RemoveService("web"));
        Assert.All(rig.State.TaskRecordsOf(web), t => Assert.Equal(TaskState.Remove, t.Desired));
        Assert.InRange(rig.LargestBatch, 10_000, 32_000);
    }

    [Fact]
    public void What_is_planned_leaves_nothing_to_plan_for_a_new_leader()
    {
        var rig = new Rig();
        rig.Create(Specs.Web(4));
        rig.Create(Specs.Everywhere());
        rig.Settle();
        Assert.Empty(rig.TakeOver());
    }
}
