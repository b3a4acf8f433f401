using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.Scheduling;
using Orch.Tests.Support;

namespace Orch.Tests.Core.Scheduling;

/// <summary>Each filter refuses with Docker's words, and with a hint where that helps.</summary>
public sealed class FilterTests
{
    private readonly Scheduler _scheduler = new();
    private int _tasks;

    [Fact]
    public void Unsatisfied_constraints_are_told_in_Dockers_words()
    {
        Know(A.Nodes(3));
        var why = Refused(A.Spec("web").Constrained("node.labels.zone==mars"));
        Assert.Equal("no suitable node (scheduling constraints not satisfied on 3 nodes)", why.Text);
        Assert.Equal("no node has node.labels.zone==mars", why.Hint);
    }

    [Theory]
    [InlineData("node.color==red", "'node.color' is not a key that nodes have")]
    [InlineData("node.role", "constraint expected one operator")]
    public void A_constraint_that_can_never_hold_says_so(string constraint, string hint)
    {
        Know(A.Nodes(1));
        var why = Refused(A.Spec("web").Constrained(constraint));
        Assert.Equal("no suitable node (scheduling constraints not satisfied on 1 node)", why.Text);
        Assert.StartsWith(hint, why.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public void Reserved_memory_and_cpu_are_used_up_and_given_back()
    {
        Know(A.Nodes(1));
        var spec = A.Spec("db").Reserving(A.Cpus(1), A.GiB(4));
        var first = Placed(spec);
        Placed(spec);
        Assert.Equal("no suitable node (insufficient resources on 1 node)", Refused(spec).Text);
        _scheduler.Release(A.Task(spec, 1, A.NodeId(1)) with { Id = first.Task });
        Placed(spec);
    }

    [Fact]
    public void A_reservation_larger_than_any_node_names_the_largest()
    {
        Know(A.Nodes(2));
        var why = Refused(A.Spec("db").Reserving(A.Cpus(0.5), A.GiB(64)));
        Assert.Equal("no suitable node (insufficient resources on 2 nodes)", why.Text);
        Assert.Equal("reserves 0.5 CPU, 64GiB memory (the largest node has 8GiB)", why.Hint);
    }

    [Fact]
    public void A_task_that_reserves_nothing_fits_on_an_overcommitted_node()
    {
        Know(A.Nodes(1));
        var spec = A.Spec("db").Reserving(A.Cpus(3), A.GiB(8));
        _scheduler.Hold(A.Task(spec, 101, A.NodeId(1)));
        _scheduler.Hold(A.Task(spec, 102, A.NodeId(1)));
        Placed(A.Spec("web"));
        Refused(A.Spec("small").Reserving(A.Cpus(0.001)));
    }

    [Fact]
    public void Generic_resources_are_counted_and_named_ones_are_given_once()
    {
        var node = A.Node(1);
        _scheduler.NodeSet(node with
        {
            Description = node.Description with
            {
                GenericCounts = new() { ["SSD"] = 2 },
                GenericNames = new() { ["GPU"] = ["one", "two"] },
            },
        });
        Placed(A.Spec("a").Reserving(generic: A.Generic("SSD", 2)));
        Assert.Equal("reserves 1 SSD", Refused(A.Spec("b").Reserving(generic: A.Generic("SSD", 1))).Hint);
        Placed(A.Spec("c").Reserving(generic: A.Generic("GPU", "one")));
        Refused(A.Spec("d").Reserving(generic: A.Generic("GPU", "one")));
        Refused(A.Spec("e").Reserving(generic: A.Generic("GPU", 2)));
        Refused(A.Spec("f").Reserving(generic: [A.Generic("GPU", "two"), A.Generic("GPU", 1)]));
        Placed(A.Spec("g").Reserving(generic: A.Generic("GPU", 1)));
        Refused(A.Spec("h").Reserving(generic: A.Generic("GPU", "two")));
        Refused(A.Spec("i").Reserving(generic: A.Generic("FPGA", 1)));
    }

    [Fact]
    public void A_host_port_is_given_to_one_task_of_a_node_whatever_its_service()
    {
        Know(A.Nodes(2));
        Placed(A.Spec("a").OnHostPorts(80, 443));
        var second = Placed(A.Spec("b").OnHostPorts(443));
        var why = Refused(A.Spec("c").OnHostPorts(443));
        Assert.Equal("no suitable node (host-mode port already in use on 2 nodes)", why.Text);
        Assert.Equal("publishes 443/tcp", why.Hint);
        Placed(A.Spec("udp").With(new EndpointSpec { Ports = [A.HostPort(443, "udp")] }));
        _scheduler.Release(A.Task(A.Spec("b").OnHostPorts(443), 1, second.Node) with { Id = second.Task });
        Assert.Equal(second.Node, Placed(A.Spec("c").OnHostPorts(443)).Node);
    }

    [Fact]
    public void A_stopping_task_keeps_its_port_but_no_longer_counts_as_a_replica()
    {
        Know(A.Nodes(1));
        var limited = A.Spec("web").With(new Placement { MaxReplicas = 1 }).OnHostPorts(80);
        var old = A.Task(limited, 100, A.NodeId(1));
        _scheduler.Hold(old);
        Assert.Equal("no suitable node (host-mode port already in use on 1 node)", Refused(limited).Text);
        _scheduler.Hold(old with { Desired = TaskState.Shutdown });
        Assert.Equal("no suitable node (host-mode port already in use on 1 node)", Refused(limited).Text);
        _scheduler.Release(old);
        Placed(limited);
    }

    [Fact]
    public void A_service_has_at_most_so_many_replicas_on_a_node()
    {
        Know(A.Nodes(2));
        var spec = A.Spec("web").With(new Placement { MaxReplicas = 2 });
        var result = _scheduler.Place(spec, [.. Enumerable.Range(1, 5).Select(A.TaskId)], A.Moment);
        Assert.Equal(4, result.Placed.Count);
        Assert.Equal("no suitable node (max replicas per node limit exceed)", result.Explanation?.Text);
        Assert.Equal("at most 2 per node", result.Explanation?.Hint);
    }

    [Fact]
    public void An_image_for_another_architecture_finds_no_node()
    {
        Know(A.Nodes(2));
        Placed(A.Spec("a").With(new Placement { Platforms = [new() { Architecture = "amd64", OS = "linux" }] }));
        Placed(A.Spec("b").With(new Placement { Platforms = [new() { OS = "linux" }] }));
        Placed(A.Spec("c").With(new Placement { Platforms = [new() { Architecture = "s390x" }, new()] }));
        var why = Refused(A.Spec("d").With(new Placement
        {
            Platforms =
            [
                new() { Architecture = "arm64", OS = "linux" },
                new() { Architecture = "amd64", OS = "windows" },
            ],
        }));
        Assert.Equal("no suitable node (unsupported platform on 2 nodes)", why.Text);
        Assert.Equal("the image is for linux/arm64, windows/amd64", why.Hint);
    }

    [Fact]
    public void A_missing_log_or_volume_driver_refuses_only_nodes_that_describe_theirs()
    {
        _scheduler.NodeSet(WithPlugins(A.Node(1), ("Log", "json-file"), ("Volume", "local")));
        var log = A.Spec("log").With(A.Spec("log").Template with { LogDriver = new() { Name = "loki" } });
        var volume = A.Spec("vol").With(new TaskTemplate
        {
            ContainerSpec = new()
            {
                Mounts = [new() { Type = "volume", VolumeOptions = new() { DriverConfig = new() { Name = "nfs" } } }],
            },
        });
        Assert.Equal("no suitable node (missing plugin on 1 node)", Refused(log).Text);
        Assert.Equal("needs volume driver 'nfs'", Refused(volume).Hint);
        _scheduler.NodeSet(WithPlugins(A.Node(2), ("Log", "loki:latest"), ("Volume", "local")));
        Assert.Equal(A.NodeId(2), Placed(log).Node);
        _scheduler.NodeSet(A.Node(3));
        Assert.Equal(A.NodeId(3), Placed(volume).Node);
    }

    [Theory]
    [InlineData(NodeState.Down, NodeAvailability.Active)]
    [InlineData(NodeState.Unknown, NodeAvailability.Active)]
    [InlineData(NodeState.Disconnected, NodeAvailability.Active)]
    [InlineData(NodeState.Ready, NodeAvailability.Pause)]
    [InlineData(NodeState.Ready, NodeAvailability.Drain)]
    public void A_node_that_takes_no_new_tasks_is_no_choice(NodeState state, NodeAvailability availability)
    {
        var node = A.Node(1);
        _scheduler.NodeSet(node with { State = state, Spec = node.Spec with { Availability = availability } });
        _scheduler.NodeSet(A.Node(2) with { State = NodeState.Down });
        Assert.Equal("no suitable node (2 nodes not available for new tasks)", Refused(A.Spec("web")).Text);
        _scheduler.NodeSet(node);
        Assert.Equal(node.Id, Placed(A.Spec("web")).Node);
    }

    [Fact]
    public void Reasons_are_joined_the_most_frequent_first_and_every_node_has_one()
    {
        Know(A.Nodes(6));
        _scheduler.NodeSet(A.Node(1) with { State = NodeState.Down });
        _scheduler.NodeSet(A.Node(2, ("disk", "hdd")));
        _scheduler.NodeSet(A.Node(3, ("disk", "hdd")));
        _scheduler.Hold(A.Task(A.Spec("big").Reserving(A.Cpus(4)), 50, A.NodeId(4)));
        _scheduler.Hold(A.Task(A.Spec("big").Reserving(A.Cpus(4)), 51, A.NodeId(5)));
        _scheduler.Hold(A.Task(A.Spec("big").Reserving(A.Cpus(4)), 52, A.NodeId(6)));
        var why = Refused(A.Spec("web").Constrained("node.labels.disk!=hdd").Reserving(A.Cpus(1)));
        Assert.Equal(
            "no suitable node (insufficient resources on 3 nodes; scheduling constraints not satisfied on 2 nodes; "
            + "1 node not available for new tasks)",
            why.Text);
        Assert.Equal(6, why.Reasons.Sum(reason => reason.Nodes));
    }

    [Fact]
    public void A_cluster_without_nodes_says_so() =>
        Assert.Equal("no suitable node: the cluster has no nodes", Refused(A.Spec("web")).ToString());

    private void Know(IEnumerable<Node> nodes)
    {
        foreach (var node in nodes)
            _scheduler.NodeSet(node);
    }

    private Placed Placed(TaskSpec spec) =>
        Assert.Single(_scheduler.Place(spec, [A.TaskId(++_tasks)], A.Moment).Placed);

    private Explanation Refused(TaskSpec spec)
    {
        var result = _scheduler.Place(spec, [A.TaskId(++_tasks)], A.Moment);
        Assert.Empty(result.Placed);
        return Assert.IsType<Explanation>(result.Explanation);
    }

    private static Node WithPlugins(Node node, params (string Type, string Name)[] plugins) => node with
    {
        Description = node.Description with { Plugins = [.. plugins.Select(p => new EnginePlugin(p.Type, p.Name))] },
    };
}
