using System.Text.Json;
using Orch.Tests.Cli.Fakes;

namespace Orch.Tests.Cli;

public sealed class ImagePinningTests
{
    private string? _asked;

    [Fact]
    public void A_tag_becomes_the_digest_and_the_platforms_its_registry_has()
    {
        var (outcome, spec) = Create("""{"Descriptor":{"digest":"sha256:d2"},"Platforms":[{"architecture":"arm64","os":"linux"}]}""",
            "reg:5000/team/app");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Err));
        Assert.Equal("/distribution/reg%3A5000/team/app%3Alatest/json", _asked);
        var template = spec.GetProperty("TaskTemplate");
        Assert.Equal("reg:5000/team/app:latest@sha256:d2", template.GetProperty("ContainerSpec").GetProperty("Image").GetString());
        Assert.Equal("""[{"Architecture":"arm64","OS":"linux"}]""", template.GetProperty("Placement").GetProperty("Platforms").GetRawText());
    }

    [Fact]
    public void A_registry_that_does_not_tell_costs_a_warning_and_nothing_else()
    {
        var (outcome, spec) = Create(null, "app:v1");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("image app:v1 could not be accessed on a registry", outcome.Err, StringComparison.Ordinal);
        Assert.Equal("app:v1", spec.GetProperty("TaskTemplate").GetProperty("ContainerSpec").GetProperty("Image").GetString());
    }

    [Theory]
    [InlineData("app@sha256:00")]
    [InlineData("--no-resolve-image", "app:v1")]
    public void Nobody_asks_where_nothing_is_to_be_resolved(params string[] words)
    {
        var (outcome, _) = Create(null, words);
        Assert.Equal((0, "", null), (outcome.ExitCode, outcome.Err, _asked));
    }

    private (Outcome Outcome, JsonElement Spec) Create(string? registry, params string[] words)
    {
        using var manager = new FakeManager(_ => new(201, """{"ID":"s1"}"""))
        {
            Registry = path =>
            {
                _asked = path;
                return registry is null ? new(500, """{"message":"no such host"}""") : new(200, registry);
            },
        };
        var outcome = Run.Orch(manager, ["service", "create", "--detach", .. words]);
        return (outcome, JsonDocument.Parse(manager.Requests.Single().Body).RootElement);
    }
}
