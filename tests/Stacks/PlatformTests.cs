namespace Orch.Tests.Stacks;

public sealed class PlatformTests
{
    [Theory]
    [InlineData("linux/arm/v7", "stack.yml:1:38: warning: services.web.platform: variant 'v7' is not honoured, tasks run on any linux/arm (label the "
        + "nodes that have it, and add a constraint on node.labels to deploy.placement)")]
    [InlineData("linux/arm64/v8", "")]
    [InlineData("linux/amd64", "")]
    [InlineData("arm64", "")]
    public void A_variant_that_nodes_do_not_tell_is_warned_of(string platform, string warning)
    {
        var (_, problems) = Files.Of($"services: {{web: {{image: a, platform: {platform}}}}}").Load();
        Assert.Equal(warning, string.Concat(problems.All));
    }
}
