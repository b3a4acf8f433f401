using System.Collections.Frozen;
using Orch.Agent.Dataplanes;

namespace Orch.Tests.Agent.Dataplane;

public sealed class PassWaitersTests
{
    private readonly PassWaiters _waiters = new();

    [Fact]
    public async Task A_pass_that_began_before_the_question_does_not_answer_it()
    {
        var (before, _) = _waiters.Begin();
        var stands = _waiters.StandsAsync(["a"], CancellationToken.None);
        _waiters.Tell(Report(1, standing: ["a"]), before);
        Assert.False(stands.IsCompleted);

        var (asked, links) = _waiters.Begin();
        Assert.True(links);
        _waiters.Tell(Report(1, standing: ["a"]), asked);
        Assert.Null(await stands.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.False(_waiters.Begin().ForLinks);
    }

    [Fact]
    public async Task A_network_without_a_bridge_is_waited_for_and_its_own_problem_is_told()
    {
        var waits = _waiters.StandsAsync(["a", "b"], CancellationToken.None);
        Tell(Report(1, standing: ["a"], problems: new() { ["c"] = "c is bad" }));
        Assert.False(waits.IsCompleted);
        Tell(Report(1, standing: ["a"], problems: new() { ["b"] = "b is bad", ["c"] = "c is bad" }));
        Assert.Equal("b is bad", await waits.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task Rules_are_told_without_the_links()
    {
        var (rules, settled) = (_waiters.RulesAsync(2, CancellationToken.None), _waiters.SettledAsync(2, CancellationToken.None));
        Tell(Report(1));
        Assert.False(rules.IsCompleted || settled.IsCompleted);
        Tell(Report(2, problems: new() { ["a"] = "a is bad" }));
        Assert.Equal((null, "a is bad"), (await rules.WaitAsync(TimeSpan.FromMinutes(1)), await settled.WaitAsync(TimeSpan.FromMinutes(1))));
        Assert.True(_waiters.RulesAsync(2, CancellationToken.None).IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Who_gives_up_and_who_comes_too_late_does_not_wait()
    {
        using var gone = new CancellationTokenSource();
        var waits = _waiters.StandsAsync(["a"], gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waits.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.False(_waiters.Begin().ForLinks);

        var last = _waiters.StandsAsync(["a"], CancellationToken.None);
        _waiters.End();
        Assert.Equal("the agent stops", await last.WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal("the agent stops", await _waiters.RulesAsync(1, CancellationToken.None).WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task Nothing_stands_on_a_machine_that_leaves()
    {
        var stands = _waiters.StandsAsync(["a"], CancellationToken.None);
        Tell(new() { Version = 7, Leaving = true });
        Assert.Equal("this machine leaves the cluster", await stands.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    private void Tell(PassReport report) => _waiters.Tell(report, _waiters.Begin().Asked);

    private static PassReport Report(long version, string[]? standing = null, Dictionary<string, string>? problems = null) =>
        new() { Version = version, Links = new((problems ?? []).ToFrozenDictionary(), (standing ?? []).ToFrozenSet()) };
}
