using System.Text;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Tests.Core.Commands;

public sealed class SpecTests
{
    private static ServiceSpec Read(string json) => SpecJson.ReadService(Encoding.UTF8.GetBytes(json));

    [Fact]
    public void Members_that_this_version_does_not_know_survive_at_every_depth()
    {
        var text = """{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"a","Seccomp":{"Mode":1}},"Future":[1]},"Later":true}""";
        var again = Encoding.UTF8.GetString(SpecJson.Write(SpecJson.ReadService(SpecJson.Write(Read(text)))));
        Assert.Contains("\"Seccomp\":{\"Mode\":1}", again, StringComparison.Ordinal);
        Assert.Contains("\"Future\":[1]", again, StringComparison.Ordinal);
        Assert.Contains("\"Later\":true", again, StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_members_match_whatever_their_case()
    {
        var spec = Read("""{"name":"web","taskTEMPLATE":{"containerspec":{"IMAGE":"a:1"}}}""");
        Assert.Equal(("web", "a:1"), (spec.Name, spec.TaskTemplate!.ContainerSpec!.Image));
    }

    [Theory]
    [InlineData("""{"Name":null}""")]
    [InlineData("""{"Name":"web","Labels":null,"TaskTemplate":null,"Mode":null,"UpdateConfig":null,"EndpointSpec":null}""")]
    [InlineData("""{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":null,"Env":null},"ForceUpdate":null,"Placement":null}}""")]
    [InlineData("""{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"a","Ulimits":[{"Hard":null,"Soft":null}]}}}""")]
    [InlineData("""{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"a","Mounts":[null]}}}""")]
    [InlineData("""{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"a"},"Placement":{"Constraints":[null]}}}""")]
    [InlineData("""{"Name":"web","TaskTemplate":{"ContainerSpec":{"Image":"a"}},"EndpointSpec":{"Ports":[null]}}""")]
    public void Nulls_are_read_and_then_judged_with_words(string json)
    {
        var decision = Decide.For(new ClusterState(), new CreateService(Read(json)), new(default, () => 1));
        Assert.True(decision.Refusal is null || decision.Refusal.Message.Length > 0);
    }

    [Fact]
    public void Lists_in_another_order_are_the_same_containers()
    {
        var one = new TaskTemplate { ContainerSpec = new() { Image = "a", Env = ["A=1", "B=2"], Labels = new() { ["x"] = "1", ["y"] = "2" } } };
        var two = new TaskTemplate { ContainerSpec = new() { Image = "a", Env = ["B=2", "A=1"], Labels = new() { ["y"] = "2", ["x"] = "1" } } };
        Assert.Equal(SpecFingerprint.Of(one, null), SpecFingerprint.Of(two, null));
        Assert.NotEqual(SpecFingerprint.Of(one, null), SpecFingerprint.Of(one with { ForceUpdate = 1 }, null));
    }

    [Fact]
    public void Every_privilege_makes_another_container_and_saying_nothing_does_not()
    {
        static UInt128 With(Privileges? privileges) =>
            SpecFingerprint.Of(new() { ContainerSpec = new() { Image = "a", Privileges = privileges } }, null);
        var none = With(null);
        Assert.NotEqual(none, With(new() { NoNewPrivileges = true }));
        Assert.NotEqual(none, With(new() { Seccomp = new() { Mode = "unconfined" } }));
        Assert.NotEqual(With(new() { Seccomp = new() { Mode = "custom", Profile = [1] } }), With(new() { Seccomp = new() { Mode = "custom", Profile = [2] } }));
        Assert.NotEqual(none, With(new() { AppArmor = new() { Mode = "disabled" } }));
        Assert.NotEqual(none, With(new() { SELinuxContext = new() { Type = "svirt_t" } }));
        Assert.NotEqual(none, With(new() { SELinuxContext = new() { Disable = true } }));
        Assert.Equal(none, With(new() { NoNewPrivileges = false, Seccomp = new() { Mode = "default" }, AppArmor = new(), SELinuxContext = new() { Disable = false } }));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(100, 1)]
    [InlineData(101, 2)]
    [InlineData(long.MaxValue, (long.MaxValue / 100) + 1)]
    public void Nanoseconds_are_rounded_up_and_never_turn_negative(long nanos, long ticks) =>
        Assert.Equal(ticks, SpecDefaults.Nanos(nanos).Ticks);
}
