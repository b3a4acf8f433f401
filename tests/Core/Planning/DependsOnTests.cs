using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Core.Planning;

/// <summary>depends_on: who starts before whom, at a deploy, in an update and after everything was down.</summary>
public sealed class DependsOnTests
{
    private static ServiceSpec After(ServiceSpec spec, string dependencies) =>
        spec with { Labels = new() { [ServiceDependency.Label] = dependencies } };

    private static ServiceSpec Job(string name) => Specs.Web(name: name) with { Mode = new() { ReplicatedJob = new() } };

    private static void Run(Rig rig, ServiceId id)
    {
        foreach (var task in rig.Alive(id))
            rig.Report(task, TaskState.Running);
    }

    private static string? Why(Rig rig, ServiceId id) => Assert.Single(rig.Alive(id).Select(task => task.Status.Error).Distinct());

    [Fact]
    public void A_task_waits_until_all_tasks_of_the_other_service_are_healthy_and_says_so()
    {
        var rig = new Rig();
        var web = rig.Create(After(Specs.Web(2), "db:service_healthy"));
        Assert.Equal("waiting for service db, which does not exist", Why(rig, web));
        var db = rig.Create(Specs.Web(2, "db"));
        Assert.Equal("waiting for service db to be healthy", Why(rig, web));
        Assert.All(rig.Alive(web), task => Assert.True(task.NodeId.IsNone));
        rig.Report(rig.Alive(db)[0], TaskState.Running);
        rig.Report(rig.Alive(db)[1], TaskState.Starting);
        Assert.All(rig.Alive(web), task => Assert.True(task.NodeId.IsNone));
        rig.Report(rig.Alive(db)[1], TaskState.Running);
        Assert.All(rig.Alive(web), task => Assert.False(task.NodeId.IsNone));
        Assert.Null(Why(rig, web));
    }

    [Fact]
    public void Started_means_that_the_container_runs_whatever_its_check_says()
    {
        var rig = new Rig();
        var db = rig.Create(Specs.Web(1, "db"));
        var web = rig.Create(After(Specs.Web(), "db:service_started"));
        rig.Report(rig.Only(db), TaskState.Starting);
        Assert.Equal("waiting for service db to start", Why(rig, web));
        rig.Ok(new ReportTasks(rig.Only(db).NodeId, [new(rig.Only(db).Id, rig.Status(TaskState.Starting) with { Pid = 7 })], false));
        Assert.False(rig.Only(web).NodeId.IsNone);
    }

    [Fact]
    public void Completed_means_the_present_run_of_a_job_and_an_update_waits_for_the_next_run()
    {
        var rig = new Rig();
        var job = rig.Create(Job("migrate"));
        var web = rig.Create(After(Specs.Web().Updating(order: "stop-first"), "migrate:service_completed_successfully"));
        rig.Report(rig.Only(job), TaskState.Running);
        Assert.Equal("waiting for service migrate to complete", Why(rig, web));
        rig.Report(rig.Only(job), TaskState.Complete);
        Run(rig, web);
        var old = rig.Only(web);

        rig.Update(job, spec => spec.Running("app:2"));
        rig.Update(web, spec => spec.Running("app:2"));
        Assert.Equal(old.Id, rig.Only(web).Id);
        Assert.Equal(TaskState.Running, rig.Only(web).Desired);
        Assert.Equal("waiting for service migrate to complete", rig.State.Services.Get(web)!.Update!.Message);
        rig.TakeOver();
        foreach (var node in rig.Nodes)
            rig.Set(node, NodeState.Ready);
        Assert.Equal(old.Id, rig.Only(web).Id);
        rig.Settle(task => task.ServiceId == job ? TaskState.Complete : TaskState.Running);
        rig.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal("app:2", rig.Only(web).Spec.Template.ContainerSpec!.Image);
        Assert.Equal("update completed", rig.State.Services.Get(web)!.Update!.Message);
    }

    [Fact]
    public void A_plain_service_that_ends_well_counts_as_completed()
    {
        var rig = new Rig();
        var once = rig.Create(Specs.Web(name: "once").Restarting("none"));
        var web = rig.Create(After(Specs.Web(), "once:service_completed_successfully"));
        rig.Report(rig.Only(once), TaskState.Failed, 1);
        Assert.True(rig.Only(web).NodeId.IsNone);
        rig.Update(once, spec => spec.Running("app:2"));
        rig.Settle(task => task.ServiceId == once ? TaskState.Complete : task.State);
        Assert.False(rig.Only(web).NodeId.IsNone);
    }

    [Fact]
    public void While_one_task_runs_others_follow_without_asking()
    {
        var rig = new Rig();
        var db = rig.Create(Specs.Web(1, "db"));
        var web = rig.Create(After(Specs.Web(2), "db:service_healthy"));
        Run(rig, db);
        Run(rig, web);
        rig.Report(rig.Only(db), TaskState.Failed, 1);
        rig.Report(rig.Alive(web)[0], TaskState.Failed, 1);
        rig.Update(web, spec => spec.Scaled(4));
        Assert.All(rig.Alive(web), task => Assert.False(task.NodeId.IsNone));
    }

    [Fact]
    public void When_everything_was_down_the_order_holds_again()
    {
        var rig = new Rig();
        var db = rig.Create(Specs.Web(1, "db"));
        var web = rig.Create(After(Specs.Web(), "db:service_healthy"));
        Run(rig, db);
        Run(rig, web);
        foreach (var node in rig.Nodes)
            rig.Set(node, NodeState.Down);
        foreach (var node in rig.Nodes)
            rig.Set(node, NodeState.Ready);
        Assert.Equal("waiting for service db to be healthy", Why(rig, web));
        Run(rig, db);
        Assert.False(rig.Only(web).NodeId.IsNone);
    }

    [Fact]
    public void What_a_machine_brings_up_again_after_a_reboot_is_not_up_yet()
    {
        var rig = new Rig(nodes: 1);
        var db = rig.Create(Specs.Web(1, "db"));
        var web = rig.Create(After(Specs.Web(), "db:service_healthy"));
        Run(rig, db);
        Run(rig, web);
        rig.TakeOver();

        // The agent starts db again, and ends web: its next task asks for the order.
        rig.Ok(new ReportTasks(rig.Nodes[0],
        [
            new(rig.Only(db).Id, rig.Status(TaskState.Starting)), new(rig.Only(web).Id, rig.Status(TaskState.Orphaned)),
        ], Complete: true));
        rig.Set(rig.Nodes[0], NodeState.Ready);
        Assert.Equal("waiting for service db to be healthy", Why(rig, web));
        Assert.Equal(RestartHistory.None, rig.Only(web).Restarts);
        Run(rig, db);
        Assert.False(rig.Only(web).NodeId.IsNone);
    }

    [Fact]
    public void What_is_not_required_is_waited_for_only_when_it_is_there()
    {
        var rig = new Rig();
        var web = rig.Create(After(Specs.Web(), "cache:service_healthy:optional"));
        Assert.False(rig.Only(web).NodeId.IsNone);
        var cache = rig.Create(Specs.Web(1, "cache"));
        var second = rig.Create(After(Specs.Web(name: "second"), "cache:service_healthy:optional"));
        Assert.True(rig.Only(second).NodeId.IsNone);
        Run(rig, cache);
        Assert.False(rig.Only(second).NodeId.IsNone);
    }

    [Fact]
    public void A_service_without_replicas_is_nothing_to_wait_for_and_one_removed_stops_no_recovery()
    {
        var rig = new Rig();
        var db = rig.Create(Specs.Web(0, "db"));
        var web = rig.Create(After(Specs.Web(), "db:service_healthy"));
        Assert.False(rig.Only(web).NodeId.IsNone);
        rig.Ok(new RemoveService(db.ToString()));
        rig.Report(rig.Only(web), TaskState.Running);
        rig.Report(rig.Only(web), TaskState.Failed, 1);
        Assert.False(rig.Only(web).NodeId.IsNone);
        rig.Report(rig.Only(web), TaskState.Running);
        rig.Set(rig.Only(web).NodeId, NodeState.Down);
        Assert.False(rig.Only(web).NodeId.IsNone);
    }

    [Fact]
    public void Correcting_or_removing_what_it_depends_on_frees_tasks_that_wait()
    {
        var rig = new Rig();
        Run(rig, rig.Create(Specs.Web(1, "db")));
        var web = rig.Create(After(Specs.Web(), "dbb:service_healthy"));
        var second = rig.Create(After(Specs.Web(name: "second"), "dbb:service_healthy"));
        Assert.True(rig.Only(web).NodeId.IsNone);
        rig.Update(web, spec => After(spec, "db:service_healthy"));
        Assert.False(rig.Only(web).NodeId.IsNone);
        Assert.True(rig.Only(second).NodeId.IsNone);
        rig.Update(second, spec => spec with { Labels = [] });
        Assert.False(rig.Only(second).NodeId.IsNone);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_only_task_of_a_service_recovers_while_what_it_depends_on_is_not_complete(bool updating)
    {
        var rig = new Rig();
        rig.Ok(new UpdateCluster(rig.State.Cluster!.Version, new ClusterSettings { TaskHistoryLimit = 0 }));
        var db = rig.Create(Specs.Web(3, "db"));
        var web = rig.Create(After(Specs.Web(), "db:service_healthy"));
        Run(rig, db);
        Run(rig, web);
        if (updating)
            rig.Update(db, spec => spec.Running("app:2"));
        else
            rig.Report(rig.Alive(db)[0], TaskState.Failed, 1);

        rig.Report(rig.Only(web), TaskState.Failed, 1);
        Assert.False(rig.Only(web).NodeId.IsNone);
        Run(rig, web);
        rig.Set(rig.Only(web).NodeId, NodeState.Down);
        Assert.False(rig.Only(web).NodeId.IsNone);
    }

    [Theory]
    [InlineData(null, UpdateState.Paused)]
    [InlineData("rollback", UpdateState.RollbackCompleted)]
    [InlineData("continue", UpdateState.Updating)]
    public void An_update_that_waits_longer_than_its_deadline_fails_and_says_what_for(string? onFailure, UpdateState end)
    {
        var rig = new Rig();
        var db = rig.Create(Specs.Web(1, "db"));
        var web = rig.Create(After(Specs.Web().Updating(onFailure: onFailure), "db:service_healthy"));
        Run(rig, db);
        Run(rig, web);
        rig.Report(rig.Only(db), TaskState.Failed, 1);
        rig.Update(web, spec => spec.Running("app:2"));
        rig.Pass(TimeSpan.FromMinutes(9), State);
        Assert.Equal(UpdateState.Updating, rig.State.Services.Get(web)!.Update!.State);
        rig.TakeOver();
        foreach (var node in rig.Nodes)
            rig.Set(node, NodeState.Ready);
        rig.Pass(TimeSpan.FromMinutes(2), State);
        var update = rig.State.Services.Get(web)!.Update!;
        Assert.Equal(end, update.State);
        if (end != UpdateState.RollbackCompleted)
            Assert.EndsWith("waiting for service db to be healthy", update.Message, StringComparison.Ordinal);
        Assert.Equal("app:1", rig.Only(web).Spec.Template.ContainerSpec!.Image);

        TaskState State(TaskRecord task) => task.ServiceId == db ? TaskState.Preparing : TaskState.Running;
    }

    [Fact]
    public void Of_a_global_service_every_node_that_can_run_it_counts()
    {
        var rig = new Rig(nodes: 2);
        var all = rig.Create(Specs.Everywhere());
        var web = rig.Create(After(Specs.Web(), "agent:service_started"));
        rig.Report(rig.Alive(all)[0], TaskState.Running);
        Assert.True(rig.Only(web).NodeId.IsNone);
        rig.Set(rig.Alive(all)[1].NodeId, NodeState.Down);
        Assert.False(rig.Only(web).NodeId.IsNone);
    }

    [Theory]
    [InlineData("db")]
    [InlineData("db:healthy")]
    [InlineData("db:service_started:maybe")]
    [InlineData(":service_started")]
    [InlineData("db:service_started,,")]
    [InlineData("web:service_started")]
    public void What_is_no_dependency_is_refused(string text) =>
        Assert.Equal(RefusalKind.Invalid, new Rig().Do(new CreateService(After(Specs.Web(), text))).Refusal!.Kind);
}
