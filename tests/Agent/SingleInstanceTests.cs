using Orch.Agent;

namespace Orch.Tests.Agent;

public sealed class SingleInstanceTests
{
    [Fact]
    public void A_second_agent_is_refused_and_told_who_is_first()
    {
        var name = $"orch-agent-test-{Guid.NewGuid():N}";
        using var first = SingleInstance.TryTake(name, out _);

        using var second = SingleInstance.TryTake(name, out var problem);

        Assert.NotNull(first);
        Assert.Null(second);
        Assert.Contains($"pid {Environment.ProcessId}", problem, StringComparison.Ordinal);
    }

    [Fact]
    public void When_the_first_is_gone_the_next_may_come()
    {
        var name = $"orch-agent-test-{Guid.NewGuid():N}";
        SingleInstance.TryTake(name, out _)!.Dispose();

        using var next = SingleInstance.TryTake(name, out var problem);

        Assert.NotNull(next);
        Assert.Empty(problem);
    }
}
