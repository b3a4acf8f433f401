using Orch.Agent;

namespace Orch.Tests.Agent;

public sealed class AgentOptionsTests
{
    [Fact]
    public void Both_ways_of_giving_a_value_work()
    {
        var options = AgentOptions.TryParse(["--data-root=/d", "--run-dir", "/r", "--manager", "a:1", "--manager=b:2"], out _)!;

        Assert.Equal(("/d/node.json", "/r"), (options.Paths.NodeFile, options.Paths.RunDir));
        Assert.Equal(["a:1", "b:2"], options.Managers);
    }

    [Theory]
    [InlineData("unknown option --nope", "--nope")]
    [InlineData("--engine needs a value", "--engine")]
    [InlineData("--run-dir needs a value", "--run-dir=")]
    public void Nonsense_is_named(string problem, params string[] args)
    {
        Assert.Null(AgentOptions.TryParse(args, out var said));
        Assert.Equal(problem, said);
    }
}
