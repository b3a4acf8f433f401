using Orch.Core.Commands;
using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.State;
using Orch.Tests.Core.Planning;

namespace Orch.Tests.Core.Registries;

public sealed class RegistryTests
{
    private readonly ClusterState _state = new();
    private ulong _id = 1;

    [Theory]
    [InlineData("nginx", "docker.io")]
    [InlineData("library/nginx:1", "docker.io")]
    [InlineData("index.docker.io/library/nginx", "docker.io")]
    [InlineData("localhost/app", "localhost")]
    [InlineData("reg:5000/app:1", "reg:5000")]
    [InlineData("registry.example/a/b@sha256:00", "registry.example")]
    public void An_image_says_which_registry_it_is_from(string image, string registry) =>
        Assert.Equal(registry, ImageName.RegistryOf(image));

    [Theory]
    [InlineData("nginx", "nginx:latest")]
    [InlineData("reg:5000/app", "reg:5000/app:latest")]
    [InlineData("reg:5000/app:1", "reg:5000/app:1")]
    [InlineData("app@sha256:00", "app@sha256:00")]
    public void An_image_without_a_tag_means_the_latest(string image, string tagged) =>
        Assert.Equal(tagged, ImageName.WithTag(image));

    [Fact]
    public void A_second_login_at_a_registry_replaces_the_first()
    {
        Do(new LogInRegistry("reg:5000", "a", "one"));
        Do(new LogInRegistry("reg:5000", "b", "two"));

        Assert.Equal(("b", "two"), (_state.Registries.Get("reg:5000")!.Username, _state.Registries.Get("reg:5000")!.Auth));
        Assert.Equal(1, _state.Registries.Count);
    }

    [Fact]
    public void Logging_out_where_nobody_logged_in_is_refused()
    {
        Do(new LogInRegistry("reg:5000", "a", "one"));
        Do(new LogOutRegistry("reg:5000"));
        Assert.Equal(RefusalKind.NotFound, Ask(new LogOutRegistry("reg:5000")).Refusal?.Kind);
    }

    [Theory]
    [InlineData("")]
    [InlineData("https://reg:5000")]
    [InlineData("reg 5000")]
    public void A_registry_is_a_host_and_nothing_else(string host) =>
        Assert.Equal(RefusalKind.Invalid, Ask(new LogInRegistry(host, "a", "one")).Refusal?.Kind);

    [Fact]
    public void A_service_keeps_the_credential_it_was_deployed_with_until_it_goes()
    {
        Do(new CreateService(Specs.Web(), "mine"));
        var service = _state.Services.Values.Single();
        Assert.Equal("mine", _state.RegistryAuths.Get(service.Id));

        Do(new UpdateService($"{service.Id}", service.Version, service.Spec with { Labels = new() { ["a"] = "b" } }, false));
        Assert.Equal("mine", _state.RegistryAuths.Get(service.Id));

        Do(new RemoveService($"{service.Id}"));
        Assert.Equal(0, _state.RegistryAuths.Count);
    }

    [Fact]
    public void Logins_and_credentials_survive_a_snapshot()
    {
        Do(new LogInRegistry("reg:5000", "a", "one"));
        Do(new CreateService(Specs.Web(), "mine"));

        var read = SnapshotCodec.Read(SnapshotCodec.Write(_state));

        Assert.Equal(_state.Registries.Get("reg:5000"), read.Registries.Get("reg:5000"));
        Assert.Equal(_state.RegistryAuths.Entries, read.RegistryAuths.Entries);
    }

    private Decision Ask(ClusterCommand command) => Decide.For(_state, command, new StepContext(default, () => _id++));

    private void Do(ClusterCommand command)
    {
        var decision = Ask(command);
        Assert.Null(decision.Refusal);
        foreach (var e in decision.Events)
            Fold.Apply(_state, e, _state.Revision + 1, new Changes());
    }
}
