using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Core.Planning;

/// <summary>A drain brings successors up before it takes what they succeed, where that is possible.</summary>
public sealed class DrainTests
{
    private static (Rig Rig, ServiceId Web, TaskRecord Old) Drained(string? order, Func<ServiceSpec, ServiceSpec>? more = null)
    {
        var rig = new Rig(nodes: 2);
        var web = rig.Create((more ?? (spec => spec))(Specs.Web().Updating(order: order)));
        rig.Settle();
        var old = rig.Only(web);
        rig.Availability(old.NodeId, NodeAvailability.Drain);
        return (rig, web, old);
    }

    private static TaskState Desired(Rig rig, TaskRecord task) => rig.State.Tasks.Get(task.Id)!.Desired;

    [Fact]
    public void Start_first_the_old_task_runs_until_the_new_one_does()
    {
        var (rig, web, old) = Drained("start-first");
        var successor = rig.Alive(web).Single(task => task.Id != old.Id);
        Assert.Equal((TaskState.Running, TaskState.Running), (Desired(rig, old), Desired(rig, successor)));
        Assert.NotEqual(old.NodeId, successor.NodeId);
        rig.Report(successor, TaskState.Starting);
        Assert.Equal(TaskState.Running, Desired(rig, old));
        rig.Report(successor, TaskState.Running);
        Assert.Equal(TaskState.Shutdown, Desired(rig, old));
    }

    [Fact]
    public void Stop_first_the_successor_is_prepared_and_starts_when_the_old_task_has_ended()
    {
        var (rig, web, old) = Drained(null);
        var successor = rig.Alive(web).Single(task => task.Id != old.Id);
        Assert.Equal((TaskState.Running, TaskState.Ready), (Desired(rig, old), Desired(rig, successor)));
        rig.Report(successor, TaskState.Ready);
        Assert.Equal((TaskState.Shutdown, TaskState.Ready), (Desired(rig, old), Desired(rig, successor)));
        rig.Report(old, TaskState.Shutdown);
        Assert.Equal(TaskState.Running, Desired(rig, successor));
    }

    [Theory]
    [InlineData("start-first")]
    [InlineData("stop-first")]
    public void A_task_whose_successor_finds_no_place_leaves_all_the_same(string order)
    {
        var rig = new Rig(nodes: 1);
        var web = rig.Create(Specs.Web().Updating(order: order));
        rig.Settle();
        var old = rig.Only(web);
        rig.Availability(old.NodeId, NodeAvailability.Drain);
        Assert.Equal(TaskState.Shutdown, Desired(rig, old));
        Assert.True(rig.Only(web).NodeId.IsNone);
    }

    [Fact]
    public void A_successor_that_fails_is_tried_again_and_the_old_task_runs_on()
    {
        var (rig, web, old) = Drained("start-first");
        rig.Pass(TimeSpan.FromMinutes(5), task => task.Id == old.Id ? TaskState.Running : TaskState.Failed);
        Assert.Equal(TaskState.Running, Desired(rig, old));
        rig.TakeOver();
        Assert.Equal(TaskState.Running, Desired(rig, old));
        rig.Set(old.NodeId, NodeState.Ready);
        rig.Set(rig.Nodes.Single(node => node != old.NodeId), NodeState.Ready);
        rig.Pass(TimeSpan.FromMinutes(5));
        Assert.NotEqual(old.Id, rig.Only(web).Id);
    }

    [Fact]
    public void A_successor_that_may_not_be_tried_again_ends_the_waiting()
    {
        var (rig, _, old) = Drained("start-first", spec => spec.Restarting("none"));
        rig.Settle(task => task.Id == old.Id ? TaskState.Running : TaskState.Failed);
        Assert.Equal(TaskState.Shutdown, rig.State.Tasks.Get(old.Id)!.State);
    }

    [Fact]
    public void A_drain_that_is_called_off_keeps_the_task_that_runs()
    {
        var (rig, web, old) = Drained("start-first");
        rig.Availability(old.NodeId, NodeAvailability.Active);
        Assert.Equal(old.Id, rig.Only(web).Id);
    }

    [Theory]
    [InlineData("start-first")]
    [InlineData("stop-first")]
    public void A_node_that_goes_down_while_it_is_drained_is_not_waited_for(string order)
    {
        var (rig, web, old) = Drained(order);
        rig.Set(old.NodeId, NodeState.Down);
        Assert.Equal(TaskState.Running, rig.Only(web).Desired);
        Assert.NotEqual(old.Id, rig.Only(web).Id);
    }

    [Fact]
    public void All_tasks_of_a_drained_node_are_served_throughout()
    {
        var rig = new Rig(nodes: 3);
        var web = rig.Create(Specs.Web(6).Updating(order: "start-first"));
        rig.Settle();
        rig.Availability(rig.Nodes[0], NodeAvailability.Drain);
        while (rig.State.TasksOn(rig.Nodes[0]).Any(task => task.State == TaskState.Running))
        {
            Assert.True(rig.Tasks(web).Count(task => task.State == TaskState.Running && task.Desired == TaskState.Running) >= 6);
            var next = rig.Alive(web).First(task => task.State < TaskState.Running);
            rig.Report(next, TaskState.Running);
            foreach (var stopping in rig.Tasks(web).Where(t => t.Desired == TaskState.Shutdown && !t.State.IsTerminal()).ToList())
                rig.Report(stopping, TaskState.Shutdown);
        }
        Assert.Equal(6, rig.Alive(web).Count);
    }

    /// <summary>Found by the simulation (seed 27643): the two versions ran together in one slot.</summary>
    [Fact]
    public void A_drain_that_is_taken_back_during_an_update_leaves_the_slot_to_the_update()
    {
        var rig = new Rig(nodes: 3);
        var web = rig.Create(Specs.Web(2).Updating());
        rig.Settle();
        rig.Update(web, spec => spec.Running("app:2"));
        var waiting = rig.Alive(web).Single(task => task.State == TaskState.Running);
        rig.Availability(waiting.NodeId, NodeAvailability.Drain);
        var successor = rig.Alive(web).Single(task => task.Slot == waiting.Slot && task.Id != waiting.Id);
        Assert.Equal(TaskState.Ready, successor.Desired);

        rig.Availability(waiting.NodeId, NodeAvailability.Active);

        Assert.Equal(waiting.Id, rig.Alive(web).Single(task => task.Slot == waiting.Slot).Id);
    }
}
