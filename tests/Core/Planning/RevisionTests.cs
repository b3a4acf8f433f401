using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Tests.Core.Planning;

/// <summary>Ten specs of a service are kept, and an update goes back to any of them.</summary>
public sealed class RevisionTests
{
    private static Decision Back(Rig rig, ServiceId id, ulong? revision) => rig.Do(new UpdateService(
        id.ToString(), rig.State.Services.Get(id)!.Version, null, Rollback: true, ToRevision: revision));

    private static string Image(Rig rig, ServiceId id) => rig.State.Services.Get(id)!.Spec.TaskTemplate!.ContainerSpec!.Image;

    [Fact]
    public void The_last_ten_are_kept_and_survive_a_change_of_leader()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web());
        for (var i = 2; i <= 15; i++)
            rig.Update(web, spec => spec.Running($"app:{i}"));
        rig.TakeOver();
        var service = rig.State.Services.Get(web)!;
        Assert.Equal(15UL, service.Revision);
        Assert.Equal([6UL, 7, 8, 9, 10, 11, 12, 13, 14], service.History.Select(kept => kept.Number));
        Assert.Equal("app:6", service.History[0].Spec.TaskTemplate!.ContainerSpec!.Image);
    }

    [Fact]
    public void An_update_that_changes_nothing_is_no_revision()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web());
        rig.Update(web, spec => spec);
        Assert.Equal(1UL, rig.State.Services.Get(web)!.Revision);
    }

    [Fact]
    public void Going_back_to_a_revision_is_a_rollback_and_a_new_revision()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web());
        rig.Update(web, spec => spec.Running("app:2"));
        rig.Update(web, spec => spec.Running("app:3"));
        rig.Settle();
        Assert.Null(Back(rig, web, 1).Refusal);
        var service = rig.State.Services.Get(web)!;
        Assert.Equal(("app:1", 4UL, UpdateState.RollbackStarted), (Image(rig, web), service.Revision, service.Update!.State));
        rig.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal("app:1", rig.Only(web).Spec.Template.ContainerSpec!.Image);
        Assert.Equal("app:3", rig.State.Services.Get(web)!.PreviousSpec!.TaskTemplate!.ContainerSpec!.Image);
    }

    [Fact]
    public void A_revision_that_is_not_kept_is_refused_with_where_to_look()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web());
        Assert.Contains("orch service history web", Back(rig, web, 7).Refusal!.Message, StringComparison.Ordinal);
        Assert.Contains("at revision 1 already", Back(rig, web, 1).Refusal!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_client_that_does_not_know_the_progress_deadline_does_not_take_it_away()
    {
        var rig = new Rig();
        var web = rig.Create(Specs.Web().Updating() is var spec
            ? spec with { UpdateConfig = spec.UpdateConfig! with { ProgressDeadline = 7 } } : spec);
        rig.Update(web, old => old with { UpdateConfig = old.UpdateConfig! with { ProgressDeadline = null, Parallelism = 3 } });
        var config = rig.State.Services.Get(web)!.Spec.UpdateConfig!;
        Assert.Equal((7L, 3UL), (config.ProgressDeadline, config.Parallelism));
    }
}
