using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Core.Planning;

public sealed class GlobalTests
{
    private static IEnumerable<NodeId> Places(Rig rig, ServiceId service) => rig.Alive(service).Select(t => t.NodeId).Order();

    [Fact]
    public void A_global_service_runs_once_on_every_node_also_on_those_that_join_later()
    {
        var rig = new Rig(nodes: 2);
        var everywhere = rig.Create(Specs.Everywhere());
        Assert.Equal(rig.Nodes.Order(), Places(rig, everywhere));

        rig.Join();
        Assert.Equal(rig.Nodes.Order(), Places(rig, everywhere));
        Assert.Equal(3, rig.Alive(everywhere).Count);
    }

    [Fact]
    public void A_node_that_leaves_takes_its_global_task_with_it()
    {
        var rig = new Rig();
        var everywhere = rig.Create(Specs.Everywhere());
        rig.Settle();
        rig.Set(rig.Nodes[2], NodeState.Down);
        Assert.Equal(3, rig.Alive(everywhere).Count);

        rig.Ok(new RemoveNode(rig.Nodes[2].ToString(), false));
        Assert.Equal(rig.Nodes.Take(2).Order(), Places(rig, everywhere));
    }

    [Fact]
    public void Pause_keeps_the_task_drain_takes_it_and_active_brings_a_new_one()
    {
        var rig = new Rig();
        var everywhere = rig.Create(Specs.Everywhere());
        rig.Settle();
        rig.Availability(rig.Nodes[0], NodeAvailability.Pause);
        Assert.Equal(3, rig.Alive(everywhere).Count);
        rig.Availability(rig.Nodes[0], NodeAvailability.Drain);
        Assert.Equal(rig.Nodes.Skip(1).Order(), Places(rig, everywhere));
        rig.Settle();
        rig.Availability(rig.Nodes[0], NodeAvailability.Active);
        Assert.Equal(rig.Nodes.Order(), Places(rig, everywhere));
    }

    [Fact]
    public void A_paused_node_gets_no_global_task()
    {
        var rig = new Rig();
        rig.Availability(rig.Nodes[0], NodeAvailability.Pause);
        Assert.Equal(rig.Nodes.Skip(1).Order(), Places(rig, rig.Create(Specs.Everywhere())));
    }

    [Fact]
    public void Constraints_choose_the_nodes_of_a_global_service()
    {
        var rig = new Rig();
        rig.Label(rig.Nodes[1], "gpu", "yes");
        var everywhere = rig.Create(Specs.Everywhere().Constrained("node.labels.gpu==yes"));
        Assert.Equal([rig.Nodes[1]], Places(rig, everywhere));

        rig.Label(rig.Nodes[2], "gpu", "yes");
        rig.Label(rig.Nodes[1], "gpu", "no");
        Assert.Equal([rig.Nodes[2]], Places(rig, everywhere));
    }

    [Fact]
    public void A_failed_global_task_is_replaced_on_its_own_node()
    {
        var rig = new Rig();
        var everywhere = rig.Create(Specs.Everywhere());
        rig.Settle();
        var failed = rig.Alive(everywhere)[0];
        rig.Report(failed, TaskState.Failed, 1);
        Assert.Equal(rig.Nodes.Order(), Places(rig, everywhere));
        Assert.DoesNotContain(rig.Alive(everywhere), t => t.Id == failed.Id);
    }

    [Fact]
    public void An_update_does_not_wait_for_a_node_that_is_down_which_follows_when_it_is_back()
    {
        var rig = new Rig();
        var everywhere = rig.Create(Specs.Everywhere().Updating(monitor: TimeSpan.FromSeconds(1)));
        rig.Settle();
        rig.Set(rig.Nodes[1], NodeState.Down);
        rig.Update(everywhere, spec => spec.Running("app:2"));
        rig.Pass(TimeSpan.FromSeconds(60));
        Assert.Equal(UpdateState.Completed, rig.State.Services.Get(everywhere)!.Update!.State);

        rig.Set(rig.Nodes[1], NodeState.Ready);
        rig.Settle();
        Assert.Equal(rig.Nodes.Order(), Places(rig, everywhere));
        Assert.All(rig.Alive(everywhere), t => Assert.Equal("app:2", t.Spec.Template.ContainerSpec!.Image));
        Assert.All(rig.Alive(everywhere), t => Assert.Equal(TaskState.Running, t.State));
    }

    [Fact]
    public void A_node_that_changes_touches_the_global_tasks_of_no_other()
    {
        var rig = new Rig(nodes: 40);
        var everywhere = rig.Create(Specs.Everywhere());
        rig.Settle();
        var before = rig.State.TaskRecordsOf(everywhere).ToDictionary(task => task.Id, task => task.Version);

        rig.Availability(rig.Nodes[3], NodeAvailability.Drain);
        rig.Settle();
        rig.Availability(rig.Nodes[3], NodeAvailability.Active);

        Assert.Equal(rig.Nodes.Order(), Places(rig, everywhere));
        Assert.All(rig.Alive(everywhere).Where(task => task.NodeId != rig.Nodes[3]),
            task => Assert.Equal(before[task.Id], task.Version));
    }
}
