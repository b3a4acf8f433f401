using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Core.Planning;

/// <summary>A new task that never gets to running fails its update after the progress deadline.</summary>
public sealed class DeadlineTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private static string Image(TaskRecord task) => task.Spec.Template.ContainerSpec!.Image;

    private static TaskState Stuck(TaskRecord task) => Image(task) == "app:1" ? TaskState.Running : TaskState.Preparing;

    private static (Rig Rig, ServiceId Web) Updating(
        string? onFailure = null, TimeSpan? deadline = null, Func<ServiceSpec, ServiceSpec>? change = null)
    {
        var rig = new Rig();
        var spec = Specs.Web(3).Updating(onFailure: onFailure);
        var web = rig.Create(spec with { UpdateConfig = spec.UpdateConfig! with { ProgressDeadline = deadline?.Ticks * 100 } });
        rig.Settle();
        rig.Update(web, change ?? (old => old.Running("app:2")));
        rig.Settle(Stuck);
        return (rig, web);
    }

    [Fact]
    public void After_ten_minutes_the_update_pauses_and_says_which_task_is_stuck()
    {
        var (rig, web) = Updating();
        var stuck = rig.Alive(web).Single(task => Image(task) == "app:2");
        rig.Pass(9 * Minute, Stuck);
        Assert.Equal(UpdateState.Updating, rig.State.Services.Get(web)!.Update!.State);
        rig.Pass(2 * Minute, Stuck);
        var update = rig.State.Services.Get(web)!.Update!;
        Assert.Equal(UpdateState.Paused, update.State);
        Assert.StartsWith($"update paused because task {stuck.Id} did not run within 10 min", update.Message, StringComparison.Ordinal);
        Assert.Equal(2, rig.Alive(web).Count(task => Image(task) == "app:1"));
    }

    [Fact]
    public void The_failure_action_rolls_back_so_that_all_run_the_old_version()
    {
        var (rig, web) = Updating("rollback", Minute);
        rig.Pass(5 * Minute, Stuck);
        Assert.Equal(UpdateState.RollbackCompleted, rig.State.Services.Get(web)!.Update!.State);
        Assert.Equal(["app:1", "app:1", "app:1"], rig.Alive(web).Select(Image));
    }

    [Fact]
    public void A_task_that_finds_no_node_is_rejected_with_its_reason()
    {
        var (rig, web) = Updating("rollback", Minute, old => old.Running("app:2").Constrained("node.labels.none==x"));
        rig.Pass(5 * Minute, Stuck);
        Assert.Equal(UpdateState.RollbackCompleted, rig.State.Services.Get(web)!.Update!.State);
        Assert.Contains(rig.Tasks(web), task => task.State == TaskState.Rejected
            && task.Status.Error!.StartsWith("did not run within 1 min: ", StringComparison.Ordinal));
    }

    [Fact]
    public void Continue_goes_on_to_the_other_slots_and_tries_the_stuck_one_again()
    {
        var (rig, web) = Updating("continue", Minute);
        var first = rig.Alive(web).Single(task => Image(task) == "app:2").Slot;
        rig.Pass(10 * Minute, task => task.Slot == first ? Stuck(task) : TaskState.Running);
        Assert.All(rig.Alive(web), task => Assert.Equal("app:2", Image(task)));
        Assert.Equal(UpdateState.Completed, rig.State.Services.Get(web)!.Update!.State);
    }

    [Fact]
    public void Zero_waits_for_ever()
    {
        var (rig, web) = Updating(deadline: TimeSpan.Zero);
        rig.Pass(600 * Minute, Stuck);
        Assert.Equal(UpdateState.Updating, rig.State.Services.Get(web)!.Update!.State);
    }

    [Fact]
    public void A_new_leader_counts_from_when_the_task_was_made()
    {
        var (rig, web) = Updating();
        rig.Pass(9 * Minute, Stuck);
        rig.TakeOver();
        foreach (var node in rig.Nodes)
            rig.Set(node, NodeState.Ready);
        rig.Pass(2 * Minute, Stuck);
        Assert.Equal(UpdateState.Paused, rig.State.Services.Get(web)!.Update!.State);
    }
}
