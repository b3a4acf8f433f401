using Orch.Contracts.Agent;
using Orch.Manager.Sessions;
using Orch.Tests.Support;

namespace Orch.Tests.Manager.Sessions;

public sealed class OpenAsksTests
{
    private static readonly TimeSpan Within = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly OpenAsks _asks = new();
    private readonly ManualClock _clock = new();
    private readonly List<Ask> _sent = [];

    private Task<AskResult> AskAsync(CancellationToken cancellation = default) => _asks.AskAsync(
        new() { NetworkStates = new() }, question =>
        {
            _sent.Add(question);
            return true;
        }, Within, _clock, cancellation);

    [Fact]
    public async Task Answers_find_their_questions_in_any_order()
    {
        var (one, two) = (AskAsync(), AskAsync());
        Assert.Equal(2, _sent.Select(question => question.Id).Distinct().Count());
        Assert.All(_sent, question => Assert.Equal(3000u, question.WithinMs));

        _asks.Hear(new() { Id = _sent[1].Id, Problem = "no" });
        _asks.Hear(new() { Id = _sent[0].Id, NetworkStates = new() });

        Assert.Equal("no", (await two.WaitAsync(Patience)).Problem);
        Assert.NotNull((await one.WaitAsync(Patience)).Answer);
    }

    [Fact]
    public async Task An_agent_that_does_not_answer_costs_no_more_than_the_time_that_was_given()
    {
        var asked = AskAsync();
        _clock.Advance(Within);

        Assert.Contains("did not answer within 3 s", (await asked.WaitAsync(Patience)).Problem, StringComparison.Ordinal);
        _asks.Hear(new() { Id = _sent[0].Id });
    }

    [Fact]
    public async Task The_end_of_the_session_is_the_end_of_its_questions()
    {
        var asked = AskAsync();
        _asks.End();

        Assert.Equal("its session ended", (await asked.WaitAsync(Patience)).Problem);
        Assert.Equal("its session ended", (await AskAsync().WaitAsync(Patience)).Problem);
    }

    [Fact]
    public async Task Questions_are_bounded_and_make_room_again()
    {
        var asked = Enumerable.Range(0, OpenAsks.Most).Select(_ => AskAsync()).ToList();
        Assert.Contains("try again", (await AskAsync().WaitAsync(Patience)).Problem, StringComparison.Ordinal);

        _asks.Hear(new() { Id = _sent[0].Id });
        await asked[0].WaitAsync(Patience);

        Assert.False(AskAsync().IsCompleted);
    }

    [Fact]
    public async Task What_cannot_be_sent_is_said_at_once() =>
        Assert.NotNull((await _asks.AskAsync(new(), _ => false, Within, _clock, default).WaitAsync(Patience)).Problem);
}
