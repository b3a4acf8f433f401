using Orch.Core.Commands;
using Orch.Core.Model;

namespace Orch.Tests.Core.Planning;

public sealed class UpdateTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private static string Image(TaskRecord task) => task.Spec.Template.ContainerSpec!.Image;

    private static UpdateProgress? Progress(Rig rig, ServiceId id) => rig.State.Services.Get(id)!.Update;

    private static Func<TaskRecord, TaskState> Failing(string image) =>
        task => Image(task) == image ? TaskState.Failed : TaskState.Running;

    private static (Rig Rig, ServiceId Web) Running(
        Func<Orch.Core.Model.Specs.ServiceSpec, Orch.Core.Model.Specs.ServiceSpec> shape, ulong replicas = 4)
    {
        var rig = new Rig();
        var web = rig.Create(shape(Specs.Web(replicas)));
        rig.Settle();
        return (rig, web);
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(3, 3)]
    [InlineData(0, 4)]
    public void Stop_first_replaces_no_more_at_a_time_than_its_parallelism(int parallelism, int atOnce)
    {
        var (rig, web) = Running(spec => spec.Updating((ulong)parallelism));
        rig.Update(web, spec => spec.Running("app:2"));

        Assert.Equal(atOnce, rig.Tasks(web).Count(t => t.Desired == TaskState.Shutdown));
        Assert.Equal(4, rig.Alive(web).Count);
        Assert.All(rig.Alive(web).Where(t => Image(t) == "app:2"), t => Assert.Equal(TaskState.Ready, t.Desired));

        rig.Pass(60 * Second);
        Assert.All(rig.Alive(web), t => Assert.Equal(("app:2", TaskState.Running), (Image(t), t.State)));
        Assert.Equal(UpdateState.Completed, Progress(rig, web)!.State);
    }

    [Fact]
    public void Going_back_to_a_version_that_failed_before_keeps_to_the_parallelism()
    {
        var (rig, web) = Running(spec => spec.Updating(1, onFailure: "continue"));
        rig.Update(web, spec => spec.Running("app:2"));
        rig.Pass(60 * Second, Failing("app:2"));
        rig.Update(web, spec => spec.Running("app:1"));
        rig.Pass(60 * Second);
        Assert.All(rig.Alive(web), task => Assert.Equal(("app:1", TaskState.Running), (Image(task), task.State)));

        rig.Update(web, spec => spec.Running("app:2"));
        Assert.Single(rig.Alive(web), task => Image(task) == "app:2");
    }

    [Fact]
    public void Stop_first_starts_the_new_task_only_when_the_old_one_has_stopped()
    {
        var (rig, web) = Running(spec => spec, replicas: 1);
        var old = rig.Only(web);
        rig.Update(web, spec => spec.Running("app:2"));
        rig.Report(rig.Only(web), TaskState.Ready);
        Assert.Equal(TaskState.Ready, rig.Only(web).Desired);

        rig.Report(old, TaskState.Shutdown);
        Assert.Equal(TaskState.Running, rig.Only(web).Desired);
    }

    [Fact]
    public void Start_first_keeps_the_old_task_until_the_new_one_runs()
    {
        var (rig, web) = Running(spec => spec.Updating(order: "start-first"), replicas: 1);
        var old = rig.Only(web);
        rig.Update(web, spec => spec.Running("app:2"));
        Assert.Equal(2, rig.Alive(web).Count);

        rig.Report(rig.Alive(web).Single(t => t.Id != old.Id), TaskState.Running);
        Assert.Equal("app:2", Image(rig.Only(web)));
        Assert.Equal(TaskState.Shutdown, rig.State.Tasks.Get(old.Id)!.Desired);
    }

    [Fact]
    public void The_delay_passes_between_one_slot_and_the_next()
    {
        var (rig, web) = Running(spec => spec.Updating(delay: 10 * Second), replicas: 3);
        rig.Update(web, spec => spec.Running("app:2"));
        var updated = new List<int>();
        for (var i = 0; i < 3; i++)
        {
            rig.Settle();
            updated.Add(rig.Alive(web).Count(t => Image(t) == "app:2"));
            rig.Pass(9 * Second);
            updated.Add(rig.Alive(web).Count(t => Image(t) == "app:2"));
            rig.Pass(1 * Second);
        }
        Assert.Equal([1, 1, 2, 2, 3, 3], updated);
    }

    [Fact]
    public void An_update_is_completed_only_after_its_last_task_was_watched_for_the_monitor_time()
    {
        var (rig, web) = Running(spec => spec.Updating(parallelism: 0, monitor: 20 * Second));
        rig.Update(web, spec => spec.Running("app:2"));
        rig.Pass(19 * Second);
        Assert.Equal(UpdateState.Updating, Progress(rig, web)!.State);
        rig.Pass(1 * Second);
        Assert.Equal((UpdateState.Completed, rig.Now), (Progress(rig, web)!.State, Progress(rig, web)!.CompletedAt));
    }

    [Fact]
    public void A_failure_pauses_the_update_and_leaves_the_other_slots_alone()
    {
        var (rig, web) = Running(spec => spec.Updating());
        rig.Update(web, spec => spec.Running("bad"));
        rig.Pass(100 * Second, Failing("bad"));
        Assert.Equal(UpdateState.Paused, Progress(rig, web)!.State);
        Assert.Equal(3, rig.Alive(web).Count(t => Image(t) == "app:1" && t.State == TaskState.Running));

        rig.Update(web, spec => spec.Running("app:3"));
        rig.Pass(100 * Second);
        Assert.Equal(UpdateState.Completed, Progress(rig, web)!.State);
        Assert.All(rig.Alive(web), t => Assert.Equal(("app:3", TaskState.Running), (Image(t), t.State)));
    }

    [Fact]
    public void Continue_goes_through_all_slots_although_every_one_fails()
    {
        var (rig, web) = Running(spec => spec.Updating(onFailure: "continue"));
        rig.Update(web, spec => spec.Running("bad"));
        rig.Pass(60 * Second, Failing("bad"));
        Assert.All(rig.Alive(web), t => Assert.Equal("bad", Image(t)));
        Assert.True(Progress(rig, web)!.Failures >= 4);
    }

    [Fact]
    public void Start_first_with_a_task_that_always_fails_backs_off_instead_of_spinning()
    {
        var (rig, web) = Running(spec => spec.Updating(order: "start-first", onFailure: "continue"), replicas: 1);
        rig.Update(web, spec => spec.Running("bad"));
        rig.Pass(60 * Second, Failing("bad"));
        Assert.InRange(Progress(rig, web)!.Failures, 4u, 8u);
        Assert.Contains(rig.Alive(web), t => Image(t) == "app:1" && t.State == TaskState.Running);
    }

    [Theory]
    [InlineData("start-first")]
    [InlineData("stop-first")]
    public void Rollback_goes_back_to_the_old_version_and_starts_no_further_bad_task(string order)
    {
        var (rig, web) = Running(spec => spec.Updating(onFailure: "rollback", order: order, monitor: 2 * Second));
        rig.Update(web, spec => spec.Running("bad"));
        rig.Pass(100 * Second, Failing("bad"));

        Assert.Equal(UpdateState.RollbackCompleted, Progress(rig, web)!.State);
        Assert.All(rig.Alive(web), t => Assert.Equal(("app:1", TaskState.Running), (Image(t), t.State)));
        Assert.Single(rig.Tasks(web), t => Image(t) == "bad");
    }

    [Fact]
    public void A_failure_ratio_tolerates_that_share_of_the_slots()
    {
        var (rig, web) = Running(spec => spec.Updating(ratio: 0.5, monitor: 1 * Second));
        rig.Update(web, spec => spec.Running("app:2"));
        var failures = 0;
        rig.Pass(100 * Second, task => Image(task) == "app:2" && failures++ < 2 ? TaskState.Failed : TaskState.Running);
        Assert.Equal((UpdateState.Completed, 2u), (Progress(rig, web)!.State, Progress(rig, web)!.Failures));
    }

    [Fact]
    public void A_task_that_ends_after_the_monitor_time_is_no_failure_of_the_update()
    {
        var (rig, web) = Running(spec => spec.Updating(delay: 60 * Second, monitor: 5 * Second), replicas: 2);
        rig.Update(web, spec => spec.Running("app:2"));
        rig.Pass(10 * Second);
        rig.Report(rig.Alive(web).Single(t => Image(t) == "app:2"), TaskState.Failed, 1);
        Assert.Equal((UpdateState.Updating, 0u), (Progress(rig, web)!.State, Progress(rig, web)!.Failures));
    }

    [Theory]
    [InlineData("start-first")]
    [InlineData("stop-first")]
    public void An_update_during_an_update_ends_in_the_last_version_only(string order)
    {
        var (rig, web) = Running(spec => spec.Updating(parallelism: 2, order: order));
        rig.Update(web, spec => spec.Running("app:2"));
        rig.Report(rig.Alive(web).First(t => Image(t) == "app:2"), TaskState.Preparing);
        rig.Update(web, spec => spec.Running("app:3"));
        rig.Pass(60 * Second);
        Assert.All(rig.Alive(web), t => Assert.Equal(("app:3", TaskState.Running), (Image(t), t.State)));
        Assert.Equal(4, rig.Alive(web).Count);
        Assert.Equal(0, rig.Tasks(web).Count(t => Image(t) == "app:2" && !t.State.IsTerminal()));
    }

    [Fact]
    public void An_asked_rollback_goes_back_and_a_second_one_goes_forth()
    {
        var (rig, web) = Running(spec => spec.Updating(parallelism: 0));
        rig.Update(web, spec => spec.Running("app:2"));
        rig.Pass(60 * Second);
        foreach (var image in new[] { "app:1", "app:2" })
        {
            rig.Ok(new UpdateService("web", rig.State.Services.Get(web)!.Version, null, Rollback: true));
            Assert.Equal(UpdateState.RollbackStarted, Progress(rig, web)!.State);
            rig.Pass(60 * Second);
            Assert.Equal(UpdateState.RollbackCompleted, Progress(rig, web)!.State);
            Assert.All(rig.Alive(web), t => Assert.Equal(image, Image(t)));
        }
    }

    [Fact]
    public void A_new_leader_continues_an_update_where_the_old_one_stood()
    {
        var (rig, web) = Running(spec => spec.Updating(delay: 10 * Second), replicas: 3);
        rig.Update(web, spec => spec.Running("app:2"));
        rig.Pass(15 * Second);
        Assert.Empty(rig.TakeOver());
        foreach (var node in rig.Nodes)
            rig.Set(node, NodeState.Ready);
        rig.Pass(60 * Second);
        Assert.Equal(UpdateState.Completed, Progress(rig, web)!.State);
        Assert.All(rig.Alive(web), t => Assert.Equal("app:2", Image(t)));
    }

    [Fact]
    public void A_new_leader_stops_no_task_of_a_node_it_has_not_heard_of_for_an_update()
    {
        var (rig, web) = Running(spec => spec.Updating(), replicas: 3);
        rig.TakeOver();
        rig.Update(web, spec => spec.Running("app:2"));
        Assert.DoesNotContain(rig.Tasks(web), t => t.Desired == TaskState.Shutdown);
        foreach (var node in rig.Nodes)
            rig.Set(node, NodeState.Ready);
        rig.Pass(60 * Second);
        Assert.All(rig.Alive(web), t => Assert.Equal("app:2", Image(t)));
    }

    [Fact]
    public void What_tasks_do_not_run_replaces_none_of_them()
    {
        var (rig, web) = Running(spec => spec);
        var before = rig.Alive(web).Select(t => t.Id).ToList();
        rig.Update(web, spec => spec with { Labels = new() { ["team"] = "blue" } });
        rig.Update(web, spec => spec.Restarting("none"));
        rig.Update(web, spec => spec.Updating(parallelism: 3));
        Assert.Equal(before, rig.Alive(web).Select(t => t.Id));
        Assert.Null(Progress(rig, web));

        // The new policy holds for the running tasks all the same.
        rig.Report(rig.Alive(web)[0], TaskState.Failed, 1);
        Assert.Equal(3, rig.Alive(web).Count);
    }
}
