using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Tests.Core.Planning;

namespace Orch.Tests.Core.Files;

/// <summary>New content under an old name: who is updated, what a rollback gives back, and when the old goes.</summary>
public sealed class FileReplacementTests
{
    private readonly Rig _rig = new();
    private readonly FileId _one;
    private readonly ServiceId _web;

    public FileReplacementTests()
    {
        _one = _rig.Secret("db", "one");
        _web = _rig.Create(Specs.Web(3).Updating(monitor: TimeSpan.FromSeconds(1)).With(_one, "db"));
        _rig.Settle();
    }

    private FileId Replace(string content) => Ids.Parse<FileId>(_rig.Replace(FileKind.Secret, "db", content).Reply.CreatedId!);

    private void Rollback()
    {
        _rig.Ok(new UpdateService("web", _rig.State.Services.Get(_web)!.Version, null, Rollback: true));
        _rig.Pass(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void The_name_goes_to_the_new_content_and_its_users_are_updated()
    {
        var decision = _rig.Replace(FileKind.Secret, "db", "two");
        Assert.Equal([_web], decision.Reply.Services!);
        var two = _rig.File(FileKind.Secret, "db")!;
        Assert.Equal("two"u8.ToArray(), two.Spec.Data);
        Assert.Equal(2u, two.Number);
        Assert.Equal(_one, _rig.File(FileKind.Secret, "db.v1")!.Id);
        Assert.Equal([two.Id.ToString()], _rig.SecretsOf(_web));
        _rig.Pass(TimeSpan.FromMinutes(1));
        Assert.Equal(UpdateState.Completed, _rig.State.Services.Get(_web)!.Update!.State);
        Assert.All(_rig.Alive(_web), task => Assert.Equal(two.Id.ToString(), task.Spec.Template.ContainerSpec!.Secrets![0].SecretID));
    }

    [Fact]
    public void A_rollback_gives_the_old_content_back_and_the_next_content_reaches_the_service_again()
    {
        Replace("two");
        _rig.Pass(TimeSpan.FromMinutes(1));
        Rollback();
        Assert.Equal([_one.ToString()], _rig.SecretsOf(_web));
        var three = Replace("three");
        Assert.Equal([three.ToString()], _rig.SecretsOf(_web));
    }

    [Fact]
    public void Old_content_goes_when_nobody_can_go_back_to_it()
    {
        Replace("two");
        _rig.Pass(TimeSpan.FromMinutes(1));
        Assert.NotNull(_rig.File(FileKind.Secret, "db.v1"));
        Replace("three");
        Assert.NotNull(_rig.File(FileKind.Secret, "db.v1"));
        _rig.Pass(TimeSpan.FromMinutes(1));
        for (var round = 0; round < 10; round++)
        {
            // Ended tasks are history for a while, and so are the ten specs that a rollback may go back to.
            _rig.Update(_web, spec => spec.Running($"app:{round}"));
            _rig.Pass(TimeSpan.FromMinutes(1));
        }
        Assert.Null(_rig.File(FileKind.Secret, "db.v1"));
        Assert.Null(_rig.File(FileKind.Secret, "db.v2"));
        Assert.NotNull(_rig.File(FileKind.Secret, "db"));
    }

    [Fact]
    public void Old_content_goes_with_the_service_and_its_tasks()
    {
        Replace("two");
        _rig.Ok(new RemoveService("web"));
        _rig.Pass(TimeSpan.FromMinutes(1));
        Assert.Empty(_rig.State.Tasks.Values);
        Assert.Equal(["db"], _rig.State.Files.Values.Select(file => file.Spec.Name));
        Assert.Equal(0, _rig.State.FileUsers.Count);
    }

    [Fact]
    public void Content_that_nobody_uses_leaves_nothing_behind()
    {
        _rig.Create(FileKind.Config, "conf", "one");
        _rig.Replace(FileKind.Config, "conf", "two");
        Assert.Null(_rig.File(FileKind.Config, "conf.v1"));
    }

    [Fact]
    public void A_service_that_names_the_old_version_keeps_it()
    {
        Replace("two");
        var pinned = _rig.Create(Specs.Web(name: "pinned").With(_one, "db.v1", "db"));
        var decision = _rig.Replace(FileKind.Secret, "db", "three");
        Assert.Equal([_web], decision.Reply.Services!);
        Assert.Equal([_one.ToString()], _rig.SecretsOf(pinned));
    }

    [Fact]
    public void A_spec_that_still_names_the_old_id_by_the_old_name_may_be_sent_back()
    {
        var sent = _rig.State.Services.Get(_web)!.Spec;
        Replace("two");
        _rig.Ok(new UpdateService("web", _rig.State.Services.Get(_web)!.Version, sent, false));
        Assert.Equal([_one.ToString()], _rig.SecretsOf(_web));
    }

    [Fact]
    public void The_same_content_changes_nothing()
    {
        var version = _rig.State.Services.Get(_web)!.Version;
        Assert.Equal(_one.ToString(), _rig.Replace(FileKind.Secret, "db", "one").Reply.CreatedId);
        Assert.Equal(version, _rig.State.Services.Get(_web)!.Version);
    }

    [Fact]
    public void The_same_content_again_reaches_a_service_that_still_means_an_older_one()
    {
        var sent = _rig.State.Services.Get(_web)!.Spec;
        var two = Replace("two");
        _rig.Ok(new UpdateService("web", _rig.State.Services.Get(_web)!.Version, sent, false));
        var decision = _rig.Replace(FileKind.Secret, "db", "two");
        Assert.Equal(two.ToString(), decision.Reply.CreatedId);
        Assert.Equal([_web], decision.Reply.Services!);
        Assert.Equal([two.ToString()], _rig.SecretsOf(_web));
        Assert.Empty(_rig.Replace(FileKind.Secret, "db", "two").Reply.Services!);
    }

    [Fact]
    public void What_an_update_may_go_back_to_is_not_removed_before_it_is_over()
    {
        _rig.Update(_web, spec => Without(spec).Updating(onFailure: "rollback"));
        Assert.Equal("secret 'db' is in use by the spec that service web rolls back to if its update fails: "
            + "that is still going on, remove it when it is over", _rig.Do(new RemoveFile(FileKind.Secret, "db")).Refusal!.Message);
        _rig.Pass(TimeSpan.FromMinutes(1));
        _rig.Ok(new RemoveFile(FileKind.Secret, "db"));
    }

    [Fact]
    public void An_update_that_fails_pauses_where_what_it_would_go_back_to_names_a_secret_that_is_gone()
    {
        var rig = new Rig(mirrored: false);
        var web = rig.Create(Specs.Web().Updating(onFailure: "rollback").With(rig.Secret("db"), "db"));
        rig.Settle();
        rig.Update(web, spec => Without(spec).Running("app:2"));
        Fold.Apply(rig.State, new FileRemoved(rig.File(FileKind.Secret, "db")!.Id), rig.State.Revision, new());
        rig.Settle(task => task.Spec.Template.ContainerSpec!.Image == "app:2" ? TaskState.Failed : TaskState.Running);
        var update = rig.State.Services.Get(web)!.Update!;
        Assert.Equal(UpdateState.Paused, update.State);
        Assert.EndsWith("it cannot roll back: secret not found: db", update.Message, StringComparison.Ordinal);
    }

    private static ServiceSpec Without(ServiceSpec spec) => spec.With(container => container with { Secrets = [] });

    [Fact]
    public void Replacing_is_refused_for_old_versions_stale_readers_and_taken_names()
    {
        var stale = _rig.File(FileKind.Secret, "db")!.Version;
        _rig.Secret("db.v1");
        Assert.Contains("db.v1 already exists", _rig.Replace(FileKind.Secret, "db", "two").Refusal!.Message, StringComparison.Ordinal);
        _rig.Ok(new RemoveFile(FileKind.Secret, "db.v1"));
        Replace("two");
        Assert.Contains("update db instead", _rig.Replace(FileKind.Secret, "db.v1", "x").Refusal!.Message, StringComparison.Ordinal);
        Assert.Equal(RefusalKind.OutOfSequence,
            _rig.Do(new ReplaceFile(FileKind.Secret, "db", stale, new() { Data = [1] })).Refusal!.Kind);
    }

    [Fact]
    public void A_new_leader_knows_the_same_versions()
    {
        Replace("two");
        Assert.Empty(_rig.TakeOver());
        Assert.Equal(_one, _rig.File(FileKind.Secret, "db.v1")!.Id);
        Rollback();
        Assert.Equal([_one.ToString()], _rig.SecretsOf(_web));
    }
}
