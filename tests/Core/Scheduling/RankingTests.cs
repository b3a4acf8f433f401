using Orch.Core.Model;
using Orch.Core.Scheduling;
using Orch.Tests.Support;

namespace Orch.Tests.Core.Scheduling;

public sealed class RankingTests
{
    private readonly Scheduler _scheduler = new();
    private int _tasks;

    [Fact]
    public void Fewest_tasks_of_the_service_come_before_fewest_tasks_in_total()
    {
        Know(A.Node(1), A.Node(2));
        Place("other", 6);
        _scheduler.NodeSet(A.Node(3));
        Assert.Equal(A.NodeId(3), Place("web", 1)[0]);
        // Node 3 has one task, the others three each, but it is the only one with a task of web.
        Assert.DoesNotContain(A.NodeId(3), Place("web", 2));
        Assert.Equal(A.NodeId(3), Place("web", 1)[0]);
    }

    [Fact]
    public void Equal_nodes_are_taken_in_the_order_they_joined() =>
        Assert.Equal([A.NodeId(9), A.NodeId(4), A.NodeId(7)], PlaceOn([A.Node(9), A.Node(4), A.Node(7)], 3));

    [Fact]
    public void Tasks_spread_evenly_over_groups_and_evenly_inside_them()
    {
        Know(A.Node(1, ("zone", "a")), A.Node(2, ("zone", "a")), A.Node(3, ("zone", "a")), A.Node(4, ("zone", "b")));
        Place(A.Spec("web").Spread("node.labels.zone"), 6);
        Assert.Equal([1, 1, 1, 3], Enumerable.Range(1, 4).Select(n => Count(A.NodeId(n))));
    }

    [Fact]
    public void Nodes_without_the_label_are_a_group_of_their_own()
    {
        Know(A.Node(1, ("zone", "a")), A.Node(2), A.Node(3));
        Place(A.Spec("web").Spread("node.labels.zone"), 4);
        Assert.Equal([2, 1, 1], Enumerable.Range(1, 3).Select(n => Count(A.NodeId(n))));
    }

    [Fact]
    public void Preferences_nest_the_second_inside_the_first()
    {
        Know(
            A.Node(1, ("zone", "a"), ("rack", "1")), A.Node(2, ("zone", "a"), ("rack", "1")),
            A.Node(3, ("zone", "a"), ("rack", "2")), A.Node(4, ("zone", "b"), ("rack", "1")));
        Place(A.Spec("web").Spread("node.labels.zone", "node.labels.rack"), 8);
        Assert.Equal([1, 1, 2, 4], Enumerable.Range(1, 4).Select(n => Count(A.NodeId(n))));
    }

    [Fact]
    public void Single_task_services_do_not_all_start_in_the_same_group()
    {
        Know(A.Node(1, ("zone", "a")), A.Node(2, ("zone", "b")), A.Node(3, ("zone", "c")));
        for (var n = 0; n < 9; n++)
            Place(A.Spec($"web-{n}").Spread("node.labels.zone"), 1);
        Assert.Equal([3, 3, 3], Enumerable.Range(1, 3).Select(n => Count(A.NodeId(n))));
    }

    [Fact]
    public void Tasks_that_already_run_in_a_group_count_even_on_a_node_that_takes_no_more()
    {
        Know(A.Node(1, ("zone", "a")), A.Node(2, ("zone", "a")), A.Node(3, ("zone", "b")));
        var spec = A.Spec("web").Spread("node.labels.zone");
        for (var n = 0; n < 3; n++)
            _scheduler.Hold(A.Task(spec, 1000 + n, A.NodeId(1)));
        _scheduler.NodeSet(A.Node(1, ("zone", "a")) with { State = NodeState.Disconnected });
        Assert.All(Place(spec, 3), node => Assert.Equal(A.NodeId(3), node));
    }

    [Fact]
    public void A_node_where_a_version_failed_five_times_is_the_last_choice_for_that_version_only()
    {
        Know(A.Node(1), A.Node(2));
        var (bad, fixedUp) = (A.Spec("web", 1), A.Spec("web", 2));
        Fail(bad, 4, A.Moment);
        Assert.Equal(A.NodeId(1), Place(bad, 1)[0]);
        Fail(bad, 1, A.Moment);
        Assert.All(Place(bad, 3), node => Assert.Equal(A.NodeId(2), node));
        Assert.Equal(A.NodeId(1), Place(fixedUp, 1)[0]);
        _scheduler.NodeSet(A.Node(2) with { State = NodeState.Down });
        Assert.Equal(A.NodeId(1), Place(bad, 1)[0]);
    }

    [Fact]
    public void Failures_are_forgotten_after_five_minutes()
    {
        Know(A.Node(1), A.Node(2));
        Fail(A.Spec("web"), 5, A.Moment);
        var later = A.Moment + TimeSpan.FromSeconds(301);
        Assert.Equal(A.NodeId(1), _scheduler.Place(A.Spec("web"), [A.TaskId(1)], later).Placed[0].Node);
    }

    [Fact]
    public void Failures_without_end_take_bounded_memory_and_the_newest_count()
    {
        Know(A.Node(1), A.Node(2));
        for (var n = 0; n < 200_000; n++)
            _scheduler.RecordFailure(A.ServiceId(n), 1, A.NodeId(1), A.Moment);
        Fail(A.Spec("web"), 5, A.Moment);
        Assert.Equal(A.NodeId(2), Place("web", 1)[0]);
    }

    private void Fail(TaskSpec spec, int times, Timestamp now)
    {
        for (var n = 0; n < times; n++)
            _scheduler.RecordFailure(spec.ServiceId, spec.Version, A.NodeId(1), now);
    }

    private readonly Dictionary<NodeId, int> _counts = [];

    private int Count(NodeId node) => _counts.GetValueOrDefault(node);

    private void Know(params Node[] nodes)
    {
        foreach (var node in nodes)
            _scheduler.NodeSet(node);
    }

    private NodeId[] PlaceOn(Node[] nodes, int count)
    {
        Know(nodes);
        return Place("web", count);
    }

    private NodeId[] Place(string service, int count) => Place(A.Spec(service), count);

    private NodeId[] Place(TaskSpec spec, int count)
    {
        TaskId[] ids = [.. Enumerable.Range(_tasks += 100, count).Select(A.TaskId)];
        NodeId[] nodes = [.. _scheduler.Place(spec, ids, A.Moment).Placed.Select(placed => placed.Node)];
        Assert.Equal(count, nodes.Length);
        foreach (var node in nodes)
            _counts[node] = Count(node) + 1;
        return nodes;
    }
}
