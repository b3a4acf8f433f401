using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Scheduling;
using Orch.Tests.Support;

namespace Orch.Tests.Core.Scheduling;

public sealed class ConstraintTests
{
    [Theory]
    [InlineData("node.labels.zone==east", "node.labels.zone", false, "east")]
    [InlineData(" node.role != manager ", "node.role", true, "manager")]
    [InlineData("node.ip==10.0.0.0/8", "node.ip", false, "10.0.0.0/8")]
    [InlineData("engine.labels.os==Debian 12 (bookworm)", "engine.labels.os", false, "Debian 12 (bookworm)")]
    public void A_constraint_is_read_as_Docker_reads_it(string text, string key, bool negated, string value)
    {
        var constraint = Constraint.Parse(text);
        Assert.Equal((key, negated, value), (constraint.Key, constraint.Negated, constraint.Value));
    }

    [Theory]
    [InlineData("node.role", "constraint expected one operator from ==, !=")]
    [InlineData("node.role=manager", "constraint expected one operator from ==, !=")]
    [InlineData("node.labels.a>=3", "constraint expected one operator from ==, !=")]
    [InlineData("", "constraint expected one operator from ==, !=")]
    [InlineData("==x", "key '' is invalid")]
    [InlineData("1a==x", "key '1a' is invalid")]
    [InlineData("node.labels.a b==x", "key 'node.labels.a b' is invalid")]
    [InlineData("node.role==", "value '' is invalid")]
    [InlineData("node.role==a,b", "value 'a,b' is invalid")]
    [InlineData("node.role!=a==b", "key 'node.role!=a' is invalid")]
    public void A_constraint_that_cannot_be_read_says_why_in_Dockers_words(string text, string error)
    {
        Assert.False(Constraint.TryParse(text, out _, out var said));
        Assert.Equal(error, said);
        Assert.Equal(error, Assert.Throws<FormatException>(() => Constraint.Parse(text)).Message);
    }

    [Theory]
    [InlineData("node.hostname==node-7", true)]
    [InlineData("node.hostname==NODE-7", true)]
    [InlineData("node.hostname!=node-7", false)]
    [InlineData("node.hostname==node-8", false)]
    [InlineData("NODE.Role==Worker", true)]
    [InlineData("node.role==manager", false)]
    [InlineData("node.role!=manager", true)]
    [InlineData("node.ip==10.0.0.8", true)]
    [InlineData("node.ip!=10.0.0.8", false)]
    [InlineData("node.ip==10.0.0.0/24", true)]
    [InlineData("node.ip==10.0.1.0/24", false)]
    [InlineData("node.ip!=10.0.1.0/24", true)]
    [InlineData("node.ip==nonsense", false)]
    [InlineData("node.ip!=nonsense", false)]
    [InlineData("node.platform.os==linux", true)]
    [InlineData("node.platform.arch==amd64", true)]
    [InlineData("node.platform.arch==x86_64", true)]
    [InlineData("node.platform.arch!=arm64", true)]
    [InlineData("node.platform.arch==aarch64", false)]
    [InlineData("node.labels.zone==East", true)]
    [InlineData("node.labels.Zone==east", false)]
    [InlineData("node.labels.zone!=east", false)]
    [InlineData("node.labels.absent==x", false)]
    [InlineData("node.labels.absent!=x", true)]
    [InlineData("node.labels.empty!=x", true)]
    [InlineData("engine.labels.storage==nvme", true)]
    [InlineData("engine.labels.zone==east", false)]
    [InlineData("node.colour==red", false)]
    [InlineData("node.colour!=red", false)]
    [InlineData("labels.zone!=east", false)]
    public void A_node_satisfies_a_constraint(string constraint, bool satisfied)
    {
        var node = A.Node(7, ("zone", "east"), ("empty", ""));
        node = node with { Description = node.Description with { EngineLabels = new() { ["storage"] = "nvme" } } };
        var scheduler = new Scheduler();
        scheduler.NodeSet(node);
        var spec = A.Spec("web").Constrained(constraint);
        Assert.Equal(satisfied, scheduler.Check(spec, node.Id).Admitted);
        Assert.Equal(satisfied, scheduler.CheckConstraints(spec, node.Id).Admitted);
        Assert.Equal(satisfied ? 1 : 0, scheduler.Place(spec, [A.TaskId(1)], A.Moment).Placed.Count);
    }

    [Fact]
    public void A_node_is_found_by_its_id_and_by_an_IPv6_network()
    {
        var scheduler = new Scheduler();
        scheduler.NodeSet(A.Node(1));
        scheduler.NodeSet(A.Node(2) with { Address = "fd00::2" });
        Assert.True(scheduler.Check(A.Spec("a").Constrained($"node.id=={A.NodeId(1)}"), A.NodeId(1)).Admitted);
        Assert.False(scheduler.Check(A.Spec("b").Constrained($"node.id=={A.NodeId(1)}"), A.NodeId(2)).Admitted);
        Assert.True(scheduler.Check(A.Spec("c").Constrained("node.ip==fd00::/8"), A.NodeId(2)).Admitted);
        Assert.False(scheduler.Check(A.Spec("d").Constrained("node.ip==fd00::/8"), A.NodeId(1)).Admitted);
    }

    [Fact]
    public void A_changed_label_is_seen_at_once_and_the_old_value_is_forgotten()
    {
        var scheduler = new Scheduler();
        scheduler.NodeSet(A.Node(1, ("zone", "east")));
        scheduler.NodeSet(A.Node(1, ("zone", "west")));
        Assert.True(scheduler.Check(A.Spec("a").Constrained("node.labels.zone==west"), A.NodeId(1)).Admitted);
        Assert.False(scheduler.Check(A.Spec("b").Constrained("node.labels.zone==east"), A.NodeId(1)).Admitted);
    }

    [Fact]
    public void A_paused_node_keeps_tasks_whose_constraints_hold_but_is_no_choice_for_new_ones()
    {
        var scheduler = new Scheduler();
        var node = A.Node(1, ("zone", "east"));
        scheduler.NodeSet(node with { Spec = node.Spec with { Availability = NodeAvailability.Pause } });
        var spec = A.Spec("web").Constrained("node.labels.zone==east");
        Assert.True(scheduler.CheckConstraints(spec, node.Id).Admitted);
        Assert.Equal(
            "no suitable node (1 node not available for new tasks)",
            scheduler.Check(spec, node.Id).Refusal?.Text);
    }
}
