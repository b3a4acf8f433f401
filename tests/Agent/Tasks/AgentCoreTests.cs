using Orch.Agent.Engine;
using Orch.Agent.Tasks;
using Orch.Contracts.Agent;
using Orch.Core.Model;
using Orch.Tests.Agent.Fakes;

namespace Orch.Tests.Agent.Tasks;

public sealed class AgentCoreTests
{
    private readonly CoreHarness _agent = new();

    private ContainerState Container => Assert.Single(_agent.Engine.Containers);

    private CoreHarness Running()
    {
        _agent.Up().Connect().Assign(1);
        return _agent.Settle();
    }

    [Fact]
    public void An_assigned_task_comes_up_and_every_state_is_told()
    {
        Running();

        Assert.Equal(ContainerStatus.Running, Container.Status);
        var states = _agent.Sent.Where(m => m.Reports is not null).SelectMany(m => m.Reports.Tasks)
            .Select(r => (TaskState)r.State).Distinct();
        Assert.Equal([TaskState.Preparing, TaskState.Starting, TaskState.Running], states);
        Assert.Equal(Container.Id, _agent.LastReport(1)!.ContainerId);
        Assert.Equal(Container.Pid, _agent.LastReport(1)!.Pid);
    }

    [Fact]
    public void A_second_task_of_a_known_image_is_created_without_another_look_at_the_image()
    {
        Running();

        _agent.Assign(2);

        Assert.IsType<EngineCall.Create>(Assert.Single(_agent.Calls));
    }

    [Fact]
    public void Tasks_of_one_image_share_one_pull_and_its_error()
    {
        _agent.Engine.Images.Clear();
        _agent.Up().Connect();

        _agent.AssignAll([(1, TaskState.Running), (2, TaskState.Running), (3, TaskState.Running)]);

        Assert.IsType<EngineCall.PrepareImage>(Assert.Single(_agent.Calls));
        _agent.Settle();
        for (var task = 1; task <= 3; task++)
        {
            Assert.Equal(TaskState.Rejected, _agent.StateOf(task));
            Assert.Equal("No such image: web", _agent.LastReport(task)!.Error);
        }
    }

    [Fact]
    public void A_task_wanted_ready_waits_created_until_it_is_wanted_running()
    {
        _agent.Up().Connect().Assign(1, TaskState.Ready);
        _agent.Settle();
        Assert.Equal((TaskState.Ready, ContainerStatus.Created), (_agent.StateOf(1), Container.Status));

        _agent.Assign(1, TaskState.Running);

        Assert.IsType<EngineCall.Start>(Assert.Single(_agent.Calls));
    }

    [Fact]
    public void With_a_health_check_it_is_running_only_when_healthy()
    {
        _agent.Engine.Images["web"] = true;
        Running();
        Assert.Equal(TaskState.Starting, _agent.StateOf(1));

        _agent.Engine.SetHealth(Container.Id, ContainerHealth.Healthy);

        Assert.Equal(TaskState.Running, _agent.Settle().StateOf(1));
    }

    [Fact]
    public void An_unhealthy_container_is_stopped_and_its_task_failed()
    {
        _agent.Engine.Images["web"] = true;
        Running();

        _agent.Engine.SetHealth(Container.Id, ContainerHealth.Unhealthy);
        _agent.Settle();

        Assert.Equal(ContainerStatus.Exited, Container.Status);
        Assert.Equal((TaskState.Failed, "task: unhealthy container"), (_agent.StateOf(1), _agent.LastReport(1)!.Error));
    }

    [Theory]
    [InlineData(0, TaskState.Complete, "")]
    [InlineData(3, TaskState.Failed, "task: non-zero exit (3)")]
    public void With_a_manager_an_exit_is_reported_and_left_to_it(int code, TaskState state, string error)
    {
        Running();

        _agent.Engine.Die(Container.Id, code);
        _agent.Settle();

        Assert.Equal((state, error), (_agent.StateOf(1), _agent.LastReport(1)!.Error));
        Assert.Equal(code, _agent.LastReport(1)!.ExitCode);
        Assert.Equal(ContainerStatus.Exited, Container.Status);
    }

    [Fact]
    public void Without_a_manager_a_dead_container_runs_again_ever_more_slowly()
    {
        Running().Disconnect();

        _agent.Engine.Die(Container.Id, 1);
        _agent.Settle();
        Assert.Equal(ContainerStatus.Running, Container.Status);

        _agent.Engine.Die(Container.Id, 1);
        _agent.Settle();
        Assert.Equal(ContainerStatus.Exited, Container.Status);
        _agent.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(ContainerStatus.Running, Container.Status);

        _agent.Connect();
        Assert.Equal((TaskState.Running, 2u), (_agent.StateOf(1), _agent.LastReport(1)!.LocalRestarts));
    }

    [Fact]
    public void Without_a_manager_the_task_s_own_policy_still_holds()
    {
        _agent.Template = """{"ContainerSpec":{"Image":"web"},"RestartPolicy":{"Condition":"none"}}""";
        Running().Disconnect();

        _agent.Engine.Die(Container.Id, 1);
        _agent.Settle();

        Assert.Equal(ContainerStatus.Exited, Container.Status);
        Assert.Equal(TaskState.Failed, _agent.Connect().StateOf(1));
    }

    [Fact]
    public void An_engine_that_shuts_down_takes_tasks_along_without_a_failure()
    {
        Running();

        // It stops containers while its stream still stands, but takes no new connection.
        _agent.Engine.Die(Container.Id, 143);
        _agent.DeliverEvent();
        _agent.LoseAnswer(0, performed: false);
        _agent.Down().Up().Settle();

        Assert.Equal((TaskState.Running, ContainerStatus.Running), (_agent.StateOf(1), Container.Status));
        Assert.Equal(1u, _agent.LastReport(1)!.LocalRestarts);
    }

    [Fact]
    public void What_stopped_while_the_engine_was_away_is_started_again_at_once()
    {
        Running().Down();
        _agent.Engine.StopAllSilently(0);

        _agent.Up().Settle();

        Assert.Equal((TaskState.Running, ContainerStatus.Running), (_agent.StateOf(1), Container.Status));
    }

    [Fact]
    public void Containers_that_survived_an_engine_restart_are_left_alone()
    {
        Running().Down();

        _agent.Up();

        Assert.Empty(_agent.Calls);
        Assert.Equal(0u, _agent.LastReport(1)!.LocalRestarts);
    }

    [Fact]
    public void After_a_reboot_tasks_are_back_without_any_manager()
    {
        Running().Reboot();

        _agent.Up().Settle();

        Assert.Equal(ContainerStatus.Running, Container.Status);
        Assert.Equal("boot-2", _agent.Journal.BootId);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void After_a_reboot_what_starts_after_others_asks_for_a_new_task_whoever_comes_first(bool managerFirst)
    {
        _agent.Labels = """{"orch.depends_on":"db:service_healthy"}""";
        Running().Reboot();

        if (managerFirst)
            _agent.Connect().Up().Settle();
        else
            _agent.Up().Settle().Connect();

        Assert.Equal(TaskState.Orphaned, _agent.StateOf(1));
        Assert.Equal(ContainerStatus.Exited, Container.Status);
    }

    [Fact]
    public void After_a_reboot_what_starts_after_others_does_not_wait_for_ever_for_a_manager()
    {
        _agent.Labels = """{"orch.depends_on":"db:service_healthy"}""";
        Running().Reboot();

        _agent.Up().Settle().Pass(TimeSpan.FromSeconds(59));
        Assert.Equal(ContainerStatus.Exited, Container.Status);

        _agent.Pass(TimeSpan.FromSeconds(2)).Connect();
        Assert.Equal((ContainerStatus.Running, TaskState.Running), (Container.Status, _agent.StateOf(1)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_crash_after_the_reboot_does_not_start_early_what_starts_after_others(bool managerFirst)
    {
        _agent.Labels = """{"orch.depends_on":"db:service_healthy"}""";
        Running().Reboot();
        _agent.Up().Settle();
        Assert.Equal("boot-2", _agent.Journal.BootId);

        // The journal knows this boot by now: to the next agent it looks as if only its predecessor had gone.
        _agent.Crash(() => false);
        if (managerFirst)
            _agent.Connect().Up().Settle();
        else
            _agent.Up().Settle().Connect();

        Assert.Equal(TaskState.Orphaned, _agent.StateOf(1));
        Assert.Equal(ContainerStatus.Exited, Container.Status);
    }

    [Fact]
    public void A_restarted_agent_adopts_what_runs()
    {
        Running().Crash(() => false);

        _agent.Up().Settle().Connect();

        Assert.Equal(ContainerStatus.Running, Container.Status);
        Assert.Equal((TaskState.Running, 0u), (_agent.StateOf(1), _agent.LastReport(1)!.LocalRestarts));
    }

    [Fact]
    public void A_container_created_before_a_crash_is_adopted_and_started()
    {
        _agent.Up().Connect().Assign(1);
        _agent.Answer(0);
        Assert.IsType<EngineCall.Create>(Assert.Single(_agent.Calls));
        _agent.Crash(() => true);

        _agent.Up().Settle();

        Assert.Equal(ContainerStatus.Running, Container.Status);
    }

    [Fact]
    public void A_duplicate_is_removed_and_the_running_one_kept()
    {
        Running().Down();
        var kept = Container.Id;
        _agent.Engine.Add(Container with { Id = "twin", Name = "twin", Status = ContainerStatus.Exited });

        _agent.Up().Settle();

        Assert.Equal(kept, Container.Id);
    }

    [Fact]
    public void A_removed_task_leaves_nothing_behind()
    {
        Running().Remove(1);

        _agent.Settle();

        Assert.Empty(_agent.Engine.Containers);
        Assert.Empty(_agent.Journal.Tasks);
    }

    [Fact]
    public void What_a_complete_set_does_not_name_is_removed_but_not_before()
    {
        Running().Crash(() => false);
        _agent.Journal.Tasks.Clear();
        _agent.Crash(() => false);
        _agent.Up().Settle();
        Assert.Equal(ContainerStatus.Running, Container.Status);

        _agent.Connect().AssignAll([]);
        _agent.Settle();

        Assert.Empty(_agent.Engine.Containers);
    }

    [Fact]
    public void An_orphan_that_is_wanted_is_adopted()
    {
        Running();
        _agent.Journal.Tasks.Clear();
        _agent.Crash(() => false);
        _agent.Up().Connect();
        var id = Container.Id;

        _agent.AssignAll([(1, TaskState.Running)]);
        _agent.Settle();

        Assert.Equal((id, ContainerStatus.Running), (Container.Id, Container.Status));
        Assert.Equal(TaskState.Running, _agent.StateOf(1));
    }

    [Fact]
    public void A_stale_epoch_is_refused_and_changes_nothing()
    {
        _agent.Up().Connect(term: 4);

        _agent.Assign(1, term: 3);

        Assert.Empty(_agent.Calls);
        Assert.Empty(_agent.Journal.Tasks);
        Assert.Contains(_agent.Outputs, o => o is AgentOutput.DropSession);
        Assert.Equal(new Orch.Core.Model.Epoch(1, 4), _agent.Journal.Highest);
    }

    [Fact]
    public void A_higher_epoch_is_journalled_before_it_is_obeyed()
    {
        _agent.Up().Connect();
        _agent.Outputs.Clear();

        _agent.Assign(1, term: 8);

        var epoch = _agent.Outputs.FindIndex(o => o is AgentOutput.Persist { Entry: JournalEntry.EpochRaised });
        var first = _agent.Outputs.FindIndex(o => o is AgentOutput.Call or AgentOutput.Send);
        Assert.InRange(epoch, 0, first);
    }

    [Fact]
    public void An_end_is_told_again_until_it_is_recorded()
    {
        Running();
        _agent.Engine.Die(Container.Id, 1);
        _agent.Settle();
        _agent.Sent.Clear();

        _agent.Pass(TimeSpan.FromSeconds(6));
        Assert.Equal(TaskState.Failed, _agent.StateOf(1));

        _agent.Hear(new() { Recorded = new() { TaskIds = { $"{CoreHarness.Task(1)}" } } });
        _agent.Sent.Clear();
        _agent.Pass(TimeSpan.FromSeconds(30));
        Assert.Null(_agent.LastReport(1));
    }

    [Fact]
    public void A_shutdown_that_meets_a_create_under_way_never_starts_it()
    {
        Running();
        _agent.Assign(2);
        _agent.Assign(2, TaskState.Shutdown);

        _agent.Settle();

        Assert.Equal(TaskState.Shutdown, _agent.StateOf(2));
        Assert.Single(_agent.Engine.Containers, c => c.Status == ContainerStatus.Running);
    }

    [Fact]
    public void A_create_error_rejects_the_task_in_the_engine_s_words()
    {
        const string Words = "invalid mount config for type \"bind\": bind source path does not exist: /nope";
        _agent.Engine.CreateError = Words;

        Running();

        Assert.Equal((TaskState.Rejected, Words), (_agent.StateOf(1), _agent.LastReport(1)!.Error));
    }

    [Fact]
    public void A_start_error_fails_the_task_in_the_engine_s_words()
    {
        _agent.Engine.StartError = "port is already allocated";

        Running();

        Assert.Equal(TaskState.Failed, _agent.StateOf(1));
        Assert.Equal("starting container failed: port is already allocated", _agent.LastReport(1)!.Error);
    }

    [Fact]
    public void A_container_removed_by_hand_fails_its_task()
    {
        Running();

        _agent.Engine.RemoveByHand(Container.Id);
        _agent.Settle();

        Assert.Equal(TaskState.Failed, _agent.StateOf(1));
    }

    [Fact]
    public void An_image_that_vanished_is_fetched_once_more()
    {
        Running();
        _agent.Engine.Images.Remove("web");
        _agent.Assign(2);

        _agent.Settle();

        Assert.Equal((TaskState.Rejected, "No such image: web"), (_agent.StateOf(2), _agent.LastReport(2)!.Error));
    }

    [Fact]
    public void An_engine_that_hangs_is_reported_and_tasks_keep_their_state()
    {
        Running();
        _agent.Sent.Clear();

        _agent.Step(new AgentInput.EngineProblem("does not answer"));

        Assert.Equal("does not answer", Assert.Single(_agent.Sent).Description.EngineProblem);
    }

    [Fact]
    public void A_removed_node_clears_itself_and_departs()
    {
        Running();

        _agent.Hear(new() { Farewell = new() { Reason = Farewell.Types.Reason.NodeRemoved } });
        _agent.Settle();

        Assert.Empty(_agent.Engine.Containers);
        Assert.Contains(_agent.Outputs, o => o is AgentOutput.Depart);
    }

    [Fact]
    public void A_removal_told_without_a_valid_epoch_is_ignored()
    {
        Running();
        _agent.Connect(term: 5).Disconnect();

        _agent.Connect(term: 4);
        _agent.Hear(new() { Farewell = new() { Reason = Farewell.Types.Reason.NodeRemoved } });
        _agent.Settle();

        Assert.Single(_agent.Engine.Containers);
        Assert.DoesNotContain(_agent.Outputs, o => o is AgentOutput.Depart);
    }

    [Fact]
    public void Dead_containers_are_kept_but_not_without_bound()
    {
        _agent.Up().Connect();
        for (var task = 1; task <= 120; task++)
        {
            _agent.Assign(task);
            _agent.Settle();
            _agent.Engine.Die(_agent.Engine.Containers.Single(c => c.Status == ContainerStatus.Running).Id, 1);
            _agent.Settle();
        }

        Assert.Equal(100, _agent.Engine.Containers.Count);
    }
}
