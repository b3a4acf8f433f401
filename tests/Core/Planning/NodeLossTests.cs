using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Core.Planning;

public sealed class NodeLossTests
{
    [Fact]
    public void Tasks_of_a_node_that_is_down_are_replaced_at_once_and_no_attempt_is_counted()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web(6).Restarting(delay: TimeSpan.FromSeconds(9), max: 1));
        rig.Settle();

        rig.Set(rig.Nodes[0], NodeState.Down);

        var alive = rig.Alive(web);
        Assert.Equal(6, alive.Count);
        Assert.DoesNotContain(alive, t => t.NodeId == rig.Nodes[0]);
        Assert.All(alive, t => Assert.Equal((TaskState.Running, 0ul, 0u), (t.Desired, t.Restarts.Attempts, t.Restarts.Streak)));
    }

    [Fact]
    public void A_node_that_comes_back_stops_what_was_replaced_and_gets_nothing_back()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web(6));
        rig.Settle();
        rig.Set(rig.Nodes[0], NodeState.Down);
        rig.Settle();
        var running = rig.Alive(web).Select(t => t.Id).ToList();

        rig.Set(rig.Nodes[0], NodeState.Ready);
        rig.Settle();

        Assert.Equal(running, rig.Alive(web).Select(t => t.Id));
        Assert.All(rig.State.TasksOn(rig.Nodes[0]), t => Assert.Equal(TaskState.Shutdown, t.State));
    }

    [Fact]
    public void A_drained_node_loses_its_tasks_and_a_paused_one_keeps_them()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web(6));
        rig.Settle();
        var before = rig.Alive(web).Select(t => t.Id).ToList();

        rig.Availability(rig.Nodes[0], NodeAvailability.Pause);
        Assert.Equal(before, rig.Alive(web).Select(t => t.Id));

        rig.Availability(rig.Nodes[0], NodeAvailability.Drain);
        rig.Settle();
        Assert.Equal(6, rig.Alive(web).Count);
        Assert.DoesNotContain(rig.Alive(web), t => t.NodeId == rig.Nodes[0]);

        rig.Availability(rig.Nodes[0], NodeAvailability.Active);
        rig.Update(web, spec => spec.Scaled(7));
        Assert.Equal(rig.Nodes[0], rig.Alive(web)[^1].NodeId);
    }

    [Fact]
    public void A_removed_node_takes_its_task_records_with_it()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web(6));
        rig.Settle();
        rig.Set(rig.Nodes[0], NodeState.Down);
        rig.Ok(new RemoveNode(rig.Nodes[0].ToString(), false));

        Assert.Empty(rig.State.TasksOn(rig.Nodes[0]));
        Assert.Equal(6, rig.Tasks(web).Count());
    }

    [Fact]
    public void A_manager_is_removed_only_when_it_is_down_another_is_left_and_it_is_said_to_be_meant()
    {
        var rig = new Rig();
        NodeId first = new(901), second = new(902);
        rig.Ok(new JoinNode(first, NodeRole.Manager, "m1", "10.0.0.1", "10.0.0.1:2378"));
        rig.Set(first, NodeState.Down);
        Assert.Contains("is a cluster manager", rig.Do(new RemoveNode($"{first}", true)).Refusal?.Message, StringComparison.Ordinal);

        rig.Ok(new JoinNode(second, NodeRole.Manager, "m2", "10.0.0.2", "10.0.0.2:2378"));
        Assert.Contains("is a cluster manager", rig.Do(new RemoveNode($"{first}", false)).Refusal?.Message, StringComparison.Ordinal);
        rig.Set(first, NodeState.Ready);
        Assert.Contains("is a cluster manager", rig.Do(new RemoveNode($"{first}", true)).Refusal?.Message, StringComparison.Ordinal);
        rig.Set(first, NodeState.Down);
        rig.Ok(new RemoveNode($"{first}", true));
        Assert.False(rig.State.Nodes.Contains(first));
    }

    [Fact]
    public void Tasks_leave_a_node_that_no_longer_meets_their_constraint()
    {
        var rig = new Rig();
        rig.Label(rig.Nodes[0], "disk", "ssd");
        rig.Label(rig.Nodes[1], "disk", "ssd");
        var web = rig.Create(Specs.Web(4).Constrained("node.labels.disk==ssd"));
        rig.Settle();

        rig.Label(rig.Nodes[0], "disk", "hdd");
        rig.Settle();

        Assert.Equal(4, rig.Alive(web).Count);
        Assert.All(rig.Alive(web), t => Assert.Equal(rig.Nodes[1], t.NodeId));
    }

    [Fact]
    public void A_new_constraint_moves_only_the_tasks_it_excludes()
    {
        var rig = new Rig();
        rig.Label(rig.Nodes[0], "disk", "ssd");
        var web = rig.Create(Specs.Web(3));
        rig.Settle();
        var stays = rig.Alive(web).Single(t => t.NodeId == rig.Nodes[0]).Id;

        rig.Update(web, spec => spec.Constrained("node.labels.disk==ssd"));
        rig.Settle();

        Assert.All(rig.Alive(web), t => Assert.Equal(rig.Nodes[0], t.NodeId));
        Assert.Contains(stays, rig.Alive(web).Select(t => t.Id));
    }

    [Fact]
    public void A_new_leader_moves_nothing_of_nodes_it_has_not_heard_of()
    {
        var rig = new Rig();
        rig.Create(Specs.Web(6));
        rig.Create(Specs.Everywhere());
        rig.Settle();
        Assert.Empty(rig.TakeOver());
        Assert.All(rig.State.Nodes.Values, n => Assert.Equal(NodeState.Unknown, n.State));

        rig.Set(rig.Nodes[0], NodeState.Ready);
        rig.Set(rig.Nodes[1], NodeState.Ready);
        Assert.DoesNotContain(rig.Events.TakeLast(2), e => e is not Orch.Core.Events.NodeStateSet);
        rig.Set(rig.Nodes[2], NodeState.Down);
        Assert.DoesNotContain(rig.Alive(rig.State.ServicesByName.Get("web")), t => t.NodeId == rig.Nodes[2]);
    }

    [Fact]
    public void A_task_its_node_no_longer_knows_is_replaced_and_says_so()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web());
        rig.Settle();
        var lost = rig.Only(web);
        rig.Ok(new ReportTasks(lost.NodeId, [], Complete: true));

        var record = rig.State.Tasks.Get(lost.Id)!;
        Assert.Equal(TaskState.Failed, record.State);
        Assert.Contains("no longer knows it", record.Status.Error, StringComparison.Ordinal);
        Assert.NotEqual(lost.Id, rig.Only(web).Id);
    }
}
