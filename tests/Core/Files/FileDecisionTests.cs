using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Tests.Core.Planning;

namespace Orch.Tests.Core.Files;

/// <summary>Secrets and configs as Docker's API knows them.</summary>
public sealed class FileDecisionTests
{
    private readonly Rig _rig = new();

    private string Refused(ClusterCommand command, RefusalKind kind)
    {
        var refusal = _rig.Do(command).Refusal;
        Assert.NotNull(refusal);
        Assert.Equal(kind, refusal.Kind);
        return refusal.Message;
    }

    [Theory]
    [InlineData("", "name must be provided")]
    [InlineData("bad/name",
        "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]")]
    [InlineData("-x", "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345",
        "invalid name, only 64 [a-zA-Z0-9-_.] characters allowed, and the start and end character must be [a-zA-Z0-9]")]
    public void A_bad_name_is_refused(string name, string message) =>
        Assert.Equal(message, Refused(new CreateFile(FileKind.Config, FileRig.Spec(name, "x")), RefusalKind.Invalid));

    [Theory]
    [InlineData(FileKind.Secret, 0, "secret data must be larger than 0 and less than 512000 bytes")]
    [InlineData(FileKind.Secret, 512_000, "secret data must be larger than 0 and less than 512000 bytes")]
    [InlineData(FileKind.Config, 1_024_000, "config data must be larger than 0 and less than 1024000 bytes")]
    public void Data_of_a_wrong_size_is_refused(FileKind kind, int size, string message) =>
        Assert.Equal(message, Refused(new CreateFile(kind, new() { Name = "x", Data = new byte[size] }), RefusalKind.Invalid));

    [Theory]
    [InlineData(FileKind.Secret, 511_999)]
    [InlineData(FileKind.Config, 1_023_999)]
    [InlineData(FileKind.Secret, 1)]
    public void Data_of_the_largest_size_is_taken(FileKind kind, int size) =>
        _rig.Ok(new CreateFile(kind, new() { Name = "x", Data = new byte[size] }));

    [Fact]
    public void Names_are_unique_among_their_kind_only()
    {
        _rig.Secret("db");
        Assert.Equal("secret db already exists", Refused(new CreateFile(FileKind.Secret, FileRig.Spec("db", "x")), RefusalKind.AlreadyExists));
        _rig.Create(FileKind.Config, "db", "x");
    }

    [Fact]
    public void Drivers_and_template_engines_that_do_not_exist_are_named()
    {
        var spec = FileRig.Spec("x", "x");
        Assert.Equal("plugin \"vault\" not found",
            Refused(new CreateFile(FileKind.Secret, spec with { Driver = new() { Name = "vault" } }), RefusalKind.Invalid));
        Assert.Equal("template driver \"jinja\" is not known: there is golang",
            Refused(new CreateFile(FileKind.Secret, spec with { Templating = new() { Name = "jinja" } }), RefusalKind.Invalid));
    }

    [Fact]
    public void Only_labels_change_and_only_at_the_newest_version()
    {
        var id = _rig.Secret("db", "one");
        var version = _rig.State.Files.Get(id)!.Version;
        var labelled = FileRig.Spec("db", "one") with { Labels = new() { ["a"] = "b" } };
        Assert.Equal("only updates to Labels are allowed",
            Refused(new UpdateFile(FileKind.Secret, "db", version, FileRig.Spec("db", "two")), RefusalKind.Invalid));
        Assert.Equal("only updates to Labels are allowed",
            Refused(new UpdateFile(FileKind.Secret, "db", version, FileRig.Spec("other", "one")), RefusalKind.Invalid));
        Assert.Equal("update out of sequence",
            Refused(new UpdateFile(FileKind.Secret, "db", version - 1, labelled), RefusalKind.OutOfSequence));
        _rig.Ok(new UpdateFile(FileKind.Secret, "db", version, labelled with { Data = null }));
        Assert.Equal("b", _rig.State.Files.Get(id)!.Spec.Labels!["a"]);
        Assert.Equal("one"u8.ToArray(), _rig.State.Files.Get(id)!.Spec.Data);
    }

    [Fact]
    public void What_services_use_cannot_be_removed()
    {
        var id = _rig.Secret("db");
        var web = _rig.Create(Specs.Web().With(id, "db"));
        Assert.Equal("secret 'db' is in use by the following service: web", Refused(new RemoveFile(FileKind.Secret, "db"), RefusalKind.Invalid));
        _rig.Create(Specs.Web(name: "api").With(id, "db"));
        Assert.Equal("secret 'db' is in use by the following services: api, web",
            Refused(new RemoveFile(FileKind.Secret, id.ToString()), RefusalKind.Invalid));
        _rig.Ok(new RemoveService("api"));
        _rig.Update(web, _ => Specs.Web());
        _rig.Ok(new RemoveFile(FileKind.Secret, id.ToString()[..8]));
        Assert.Equal("secret db not found", Refused(new RemoveFile(FileKind.Secret, "db"), RefusalKind.NotFound));
    }

    [Fact]
    public void A_file_is_found_by_id_name_and_prefix_among_its_own_kind()
    {
        var id = _rig.Secret("db");
        foreach (var reference in new[] { id.ToString(), "db", id.ToString()[..6] })
        {
            Assert.Equal(id, Lookup.File(_rig.State, FileKind.Secret, reference).Found?.Id);
            Assert.Equal($"config {reference} not found", Lookup.File(_rig.State, FileKind.Config, reference).Refusal?.Message);
        }
    }

    [Fact]
    public void References_must_name_what_exists_by_id_and_name()
    {
        var id = _rig.Secret("db");
        var config = _rig.Create(FileKind.Config, "conf", "x");
        Assert.Equal("secret not found: other", Refused(new CreateService(Specs.Web().With(id, "other")), RefusalKind.Invalid));
        Assert.Equal("secret not found: conf", Refused(new CreateService(Specs.Web().With(config, "conf")), RefusalKind.Invalid));
        Assert.Equal("secrets not found: a, b",
            Refused(new CreateService(Specs.Web().With(new(5), "a").With(new(6), "b")), RefusalKind.Invalid));
        Assert.Equal("config not found: db", Refused(new CreateService(Specs.Web().WithConfig(id, "db")), RefusalKind.Invalid));
        _rig.Create(Specs.Web().With(id, "db").WithConfig(config, "conf"));
    }

    public static TheoryData<FileReference, string> Malformed => new()
    {
        { new(), "malformed secret reference" },
        { new() { SecretID = "x", SecretName = "db" }, "malformed secret reference, no target provided" },
        { new() { SecretID = "x", SecretName = "db", File = new() }, "malformed file secret reference, invalid target file name provided" },
        { new() { SecretID = "x", SecretName = "db", File = new() { Name = "a", UID = "root" } }, "secret reference 'db': uid 'root' is not a number" },
        { new() { SecretID = "x", SecretName = "db", File = new() { Name = "a", Mode = 99999 } }, "secret reference 'db': mode 99999 is more than 07777" },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void A_reference_that_is_none_is_refused(FileReference reference, string message) => Assert.Equal(message,
        Refused(new CreateService(Specs.Web().With(container => container with { Secrets = [reference] })), RefusalKind.Invalid));

    [Fact]
    public void Two_secrets_cannot_have_one_target()
    {
        var (a, b) = (_rig.Secret("a"), _rig.Secret("b"));
        Assert.Equal("secret references 'a' and 'b' have a conflicting target: 'x'",
            Refused(new CreateService(Specs.Web().With(a, "a", "x").With(b, "b", "x")), RefusalKind.Invalid));
    }

    [Fact]
    public void Events_with_content_are_marked_for_sealing_and_never_print_it()
    {
        _rig.Secret("db", "hunter2");
        var created = Assert.Single(_rig.Events.OfType<FileCreated>());
        Assert.True(created.IsSecret);
        Assert.DoesNotContain("hunter2", created.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", _rig.File(FileKind.Secret, "db")!.ToString(), StringComparison.Ordinal);
    }
}
