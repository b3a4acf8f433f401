using Orch.Agent.Engine;

namespace Orch.Tests.Agent.Engine;

public sealed class ImageReferenceTests
{
    [Theory]
    [InlineData("nginx", "nginx", "latest")]
    [InlineData("nginx:1.27", "nginx", "1.27")]
    [InlineData("reg:5000/a/b", "reg:5000/a/b", "latest")]
    [InlineData("reg:5000/a/b:t", "reg:5000/a/b", "t")]
    [InlineData("nginx@sha256:ab", "nginx", "sha256:ab")]
    [InlineData("reg:5000/a:t@sha256:ab", "reg:5000/a", "sha256:ab")]
    public void A_digest_wins_over_a_tag_and_a_port_is_no_tag(string image, string name, string tag)
    {
        Assert.Equal(new(name, tag), ImageReference.Parse(image));
    }
}
