namespace Orch.Tests.Stacks;

/// <summary>Keys that begin with x-: extensions where the format has keys of its own, plain keys where the user chooses them.</summary>
public sealed class ExtensionTests
{
    [Theory]
    [InlineData("services: {web: {image: a, labels: {x-team: \"${TEAM}\"}}}", "x-team: core")]
    [InlineData("services: {web: {image: a, environment: {x-a: \"${TEAM}\"}}}", "x-a: core")]
    [InlineData("services: {web: {image: a, deploy: {labels: {x-a: \"${TEAM}\"}}}}", "x-a: core")]
    [InlineData("services: {web: {image: a, logging: {driver: json-file, options: {x-a: \"${TEAM}\"}}}}", "x-a: core")]
    [InlineData("services: {web: {image: a, sysctls: {x-a: \"${TEAM}\"}}}", "x-a: core")]
    [InlineData("services: {x-web: {image: \"${TEAM}\"}}", "image: core")]
    [InlineData("services: {web: {image: a, networks: [x-n]}}\nnetworks: {x-n: {driver_opts: {x-a: \"${TEAM}\"}}}", "x-a: core")]
    public void Where_keys_are_the_users_their_values_are_filled_in(string text, string expected) =>
        Assert.Contains(expected, Files.Of(text).Env("TEAM", "core").Canonical(), StringComparison.Ordinal);

    [Theory]
    [InlineData("x-a: {b: \"${NOT an expression\"}\nservices: {web: {image: a}}")]
    [InlineData("services: {web: {image: a, x-a: \"${NOT an expression\"}}")]
    [InlineData("services: {labels: {image: a, x-a: \"${NOT an expression\"}}")]
    [InlineData("services: {web: {image: a, deploy: {x-a: \"${NOT an expression\"}}}")]
    [InlineData("services: {web: {image: a, configs: [{source: c, x-a: \"${NOT an expression\"}]}}\nconfigs: {c: {external: true}}")]
    public void An_extension_is_left_as_it_is(string text) => Assert.Empty(Files.Of(text).Load().Problems.Errors);

    [Fact]
    public void What_is_shared_by_an_extension_is_filled_in_where_it_is_used() => Assert.Contains("A: core",
        Files.Of("x-a: &a {environment: {A: \"${TEAM}\"}}\nservices: {web: {image: a, <<: *a}}").Env("TEAM", "core").Canonical(),
        StringComparison.Ordinal);
}
