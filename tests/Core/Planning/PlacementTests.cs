using Orch.Core.Commands;
using Orch.Core.Model;

namespace Orch.Tests.Core.Planning;

public sealed class PlacementTests
{
    private const long GiB = 1L << 30;

    [Fact]
    public void An_unplaceable_task_says_why_and_is_placed_when_room_appears()
    {
        var rig = new Rig(nodes: 1);
        var web = rig.Create(Specs.Web(2).Reserving(6 * GiB));
        var waiting = Assert.Single(rig.Alive(web), t => t.NodeId.IsNone);
        Assert.Contains("insufficient resources on 1 node", waiting.Status.Error, StringComparison.Ordinal);

        var joined = rig.Join();
        Assert.Equal(joined, rig.State.Tasks.Get(waiting.Id)!.NodeId);
        Assert.Null(rig.State.Tasks.Get(waiting.Id)!.Status.Error);
    }

    [Fact]
    public void Room_that_another_service_gives_back_is_used()
    {
        var rig = new Rig(nodes: 1);
        rig.Create(Specs.Web(name: "first").Reserving(6 * GiB));
        rig.Settle();
        var second = rig.Create(Specs.Web(name: "second").Reserving(6 * GiB));
        Assert.True(rig.Only(second).NodeId.IsNone);

        rig.Ok(new RemoveService("first"));
        Assert.True(rig.Only(second).NodeId.IsNone);
        rig.Settle();
        Assert.Equal(TaskState.Running, rig.Only(second).State);
    }

    [Fact]
    public void Without_nodes_tasks_wait_and_say_so()
    {
        var rig = new Rig(nodes: 0);
        var web = rig.Create(Specs.Web());
        Assert.Contains("no suitable node", rig.Only(web).Status.Error, StringComparison.Ordinal);
        rig.Join();
        Assert.False(rig.Only(web).NodeId.IsNone);
    }

    [Fact]
    public void A_waiting_task_follows_a_corrected_constraint()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web(2).Constrained("node.labels.zone==nowhere"));
        Assert.All(rig.Alive(web), t => Assert.True(t.NodeId.IsNone));
        rig.Update(web, spec => spec.Constrained("node.role==worker"));
        Assert.Equal(2, rig.Alive(web).Count(t => !t.NodeId.IsNone));
    }

    [Fact]
    public void A_label_that_appears_places_what_waits_for_it()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web().Constrained("node.labels.gpu==yes"));
        rig.Label(rig.Nodes[2], "gpu", "yes");
        Assert.Equal(rig.Nodes[2], rig.Only(web).NodeId);
    }

    [Fact]
    public void A_fixed_host_port_is_taken_once_per_node()
    {
        var rig = new Rig(nodes: 2);
        var web = rig.Create(Specs.Web(3).OnHostPort(8080));
        var waiting = Assert.Single(rig.Alive(web), t => t.NodeId.IsNone);
        Assert.Contains("host-mode port already in use on 2 nodes", waiting.Status.Error, StringComparison.Ordinal);
        Assert.Equal(2, rig.Alive(web).Where(t => !t.NodeId.IsNone).Select(t => t.NodeId).Distinct().Count());
    }

    [Fact]
    public void A_host_port_moves_to_the_new_version_after_the_old_one_has_left()
    {
        var rig = new Rig(nodes: 2);
        var web = rig.Create(Specs.Web(2).OnHostPort(8080));
        rig.Settle();
        rig.Update(web, spec => spec.Running("app:2"));
        rig.Pass(TimeSpan.FromSeconds(60));
        Assert.All(rig.Alive(web), t => Assert.Equal(TaskState.Running, t.State));
        Assert.Equal(2, rig.Alive(web).Select(t => t.NodeId).Distinct().Count());
    }

    [Fact]
    public void A_waiting_task_still_waits_after_a_change_of_leader_and_is_placed_then()
    {
        var rig = new Rig(nodes: 1);
        var web = rig.Create(Specs.Web().Constrained("node.labels.gpu==yes"));
        Assert.Empty(rig.TakeOver());
        Assert.NotNull(rig.Only(web).Status.Error);
        rig.Set(rig.Nodes[0], NodeState.Ready);
        rig.Label(rig.Nodes[0], "gpu", "yes");
        Assert.Equal(rig.Nodes[0], rig.Only(web).NodeId);
    }
}
