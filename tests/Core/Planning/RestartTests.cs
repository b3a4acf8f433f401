using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Core.Planning;

public sealed class RestartTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public void Without_a_delay_failures_back_off_from_nothing_to_thirty_seconds()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web());
        var waits = new List<double>();
        for (var i = 0; i < 9; i++)
        {
            rig.Settle();
            var failedAt = rig.Now;
            rig.Report(rig.Only(web), TaskState.Failed, 1);
            var next = rig.Only(web);
            waits.Add(next.Desired == TaskState.Running ? 0 : (next.NotBefore - failedAt).TotalSeconds);
            rig.Pass(waits[^1] * Second);
        }
        Assert.Equal([0, 1, 2, 4, 8, 16, 30, 30, 30], waits);
    }

    [Fact]
    public void A_minute_of_running_forgives_earlier_failures()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web());
        for (var i = 0; i < 4; i++)
        {
            rig.Settle();
            rig.Report(rig.Only(web), TaskState.Failed, 1);
            rig.Pass(30 * Second);
        }
        rig.Pass(60 * Second);
        rig.Report(rig.Only(web), TaskState.Failed, 1);
        Assert.Equal((TaskState.Running, 1u), (rig.Only(web).Desired, rig.Only(web).Restarts.Streak));
    }

    [Fact]
    public void A_given_delay_is_honoured_from_the_first_failure_on()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web().Restarting(delay: 7 * Second));
        for (var i = 0; i < 3; i++)
        {
            rig.Settle();
            rig.Report(rig.Only(web), TaskState.Complete);
            Assert.Equal((TaskState.Ready, rig.Now + 7 * Second), (rig.Only(web).Desired, rig.Only(web).NotBefore));
            rig.Pass(6.9 * Second);
            Assert.Equal(TaskState.Ready, rig.Only(web).Desired);
            rig.Pass(0.1 * Second);
            Assert.Equal(TaskState.Running, rig.Only(web).Desired);
        }
    }

    [Fact]
    public void A_given_delay_of_zero_restarts_at_once_for_ever()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web().Restarting(delay: TimeSpan.Zero));
        for (var i = 0; i < 5; i++)
        {
            rig.Settle();
            rig.Report(rig.Only(web), TaskState.Failed, 1);
            Assert.Equal(TaskState.Running, rig.Only(web).Desired);
        }
    }

    [Theory]
    [InlineData("none", TaskState.Failed, false)]
    [InlineData("none", TaskState.Complete, false)]
    [InlineData("on-failure", TaskState.Failed, true)]
    [InlineData("on-failure", TaskState.Rejected, true)]
    [InlineData("on-failure", TaskState.Complete, false)]
    [InlineData("any", TaskState.Failed, true)]
    [InlineData("any", TaskState.Complete, true)]
    [InlineData(null, TaskState.Complete, true)]
    public void The_condition_decides_whether_an_end_is_followed_by_a_start(string? condition, TaskState end, bool again)
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web().Restarting(condition));
        rig.Settle();
        rig.Report(rig.Only(web), end);
        Assert.Equal(again ? 1 : 0, rig.Alive(web).Count);

        // Level-triggered: looking again later finds the same answer.
        rig.Ok(new SetNodeState(rig.Nodes[1], NodeState.Down, null));
        rig.Ok(new SetNodeState(rig.Nodes[1], NodeState.Ready, null));
        Assert.Equal(again ? 1 : 0, rig.Alive(web).Count);
    }

    [Fact]
    public void A_task_that_must_not_come_back_does_not_although_no_history_is_kept()
    {
        var rig = new Rig();
        rig.Ok(new UpdateCluster(rig.State.Cluster!.Version, new ClusterSettings { TaskHistoryLimit = 0 }));
        var web = rig.Create(Specs.Web().Restarting("none"));
        rig.Settle();
        rig.Report(rig.Only(web), TaskState.Complete);
        rig.Pass(60 * Second);
        Assert.Empty(rig.Alive(web));
        Assert.Single(rig.Tasks(web));
    }

    [Fact]
    public void Attempts_without_a_window_are_counted_for_ever()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web().Restarting(delay: Second, max: 2));
        Assert.Equal(2, RestartsUntilGivenUp(rig, web, between: 1000 * Second));
    }

    [Fact]
    public void Attempts_with_a_window_are_forgotten_with_it()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web().Restarting(delay: Second, max: 2, window: 100 * Second));
        Assert.Equal(20, RestartsUntilGivenUp(rig, web, between: 60 * Second));
        Assert.Equal(0, RestartsUntilGivenUp(rig, web, between: 10 * Second));

        // Given up is given up: the window passing later changes nothing.
        rig.Pass(1000 * Second);
        rig.Availability(rig.Nodes[0], NodeAvailability.Pause);
        rig.Availability(rig.Nodes[0], NodeAvailability.Active);
        Assert.Empty(rig.Alive(web));
    }

    [Fact]
    public void The_clock_of_a_node_decides_nothing()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web());
        var task = rig.Only(web);
        var tenYears = TimeSpan.FromDays(3650);
        Observe(rig, task, TaskState.Running, rig.Now + tenYears);
        Observe(rig, task, TaskState.Failed, rig.Now + 2 * tenYears);
        Assert.Equal(rig.Now, rig.Tasks(web).First().RunningSince);

        rig.Settle();
        rig.Report(rig.Only(web), TaskState.Failed, 1);
        Assert.Equal(rig.Now + Second, rig.Only(web).NotBefore);
    }

    [Fact]
    public void Losing_a_node_does_not_cut_a_delay_short()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web().Restarting(delay: 50 * Second));
        rig.Settle();
        rig.Report(rig.Only(web), TaskState.Failed, 1);
        var due = rig.Only(web).NotBefore;

        rig.Set(rig.Only(web).NodeId, NodeState.Down);
        Assert.Equal((TaskState.Ready, due), (rig.Only(web).Desired, rig.Only(web).NotBefore));
        rig.Pass(50 * Second);
        Assert.Equal(TaskState.Running, rig.Only(web).Desired);
    }

    [Fact]
    public void A_new_leader_counts_the_same_and_keeps_the_due_time()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web());
        for (var i = 0; i < 3; i++)
        {
            rig.Settle();
            rig.Report(rig.Only(web), TaskState.Failed, 1);
            rig.Pass(4 * Second);
        }
        rig.Settle();
        rig.Report(rig.Only(web), TaskState.Failed, 1);
        var due = rig.NextDue;
        Assert.Empty(rig.TakeOver());
        Assert.Equal(due, rig.NextDue);
        Assert.Equal(4u, rig.Only(web).Restarts.Streak);
    }

    private static void Observe(Rig rig, TaskRecord task, TaskState state, Timestamp at) =>
        rig.Ok(new ReportTasks(task.NodeId, [new(task.Id, rig.Status(state) with { At = at })], false));

    private static int RestartsUntilGivenUp(Rig rig, ServiceId service, TimeSpan between)
    {
        var restarts = 0;
        for (; restarts < 20; restarts++)
        {
            rig.Pass(between);
            rig.Report(rig.Only(service), TaskState.Failed, 1);
            if (rig.Alive(service).Count == 0)
                return restarts;
        }
        return restarts;
    }
}
