using System.Threading.Channels;
using Orch.Agent;
using Orch.Agent.Asking;
using Orch.Contracts.Agent;

namespace Orch.Tests.Agent.Asking;

public sealed class AskDeskTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly Channel<AgentMessage> _said = Channel.CreateUnbounded<AgentMessage>();
    private readonly AgentLog _log = new(TextWriter.Null, TimeProvider.System, journal: false);

    private AskDesk Desk(Func<Ask, CancellationToken, Task<Answer?>> answer) => new(answer, _log, TimeProvider.System);

    private void Ask(AskDesk desk, ulong id, uint within = 0, CancellationToken stopping = default) => desk.Begin(
        new() { Id = id, WithinMs = within, NetworkStates = new() }, message => Assert.True(_said.Writer.TryWrite(message)), stopping);

    private async Task<Answer> SaidAsync() => (await _said.Reader.ReadAsync().AsTask().WaitAsync(Patience)).Answer;

    [Fact]
    public async Task An_answer_carries_the_number_of_its_question()
    {
        Ask(Desk((_, _) => Task.FromResult<Answer?>(new() { NetworkStates = new() })), 42);

        var answer = await SaidAsync();
        Assert.Equal((42UL, "", Answer.AnswerOneofCase.NetworkStates), (answer.Id, answer.Problem, answer.AnswerCase));
    }

    [Fact]
    public async Task One_question_too_many_is_refused_at_once_and_the_others_are_answered()
    {
        var gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var desk = Desk(async (_, _) =>
        {
            await gate.Task;
            return new();
        });
        for (ulong id = 1; id <= 9; id++)
            Ask(desk, id);

        var refused = await SaidAsync();
        Assert.Equal((9UL, true), (refused.Id, refused.Problem.Contains("try again", StringComparison.Ordinal)));
        gate.SetResult();
        var answered = new List<ulong>();
        for (var i = 0; i < 8; i++)
            answered.Add((await SaidAsync()).Id);
        Assert.Equal("1 2 3 4 5 6 7 8", string.Join(" ", answered.Order()));
    }

    [Fact]
    public async Task A_failure_is_told_and_takes_nothing_down()
    {
        Ask(Desk((_, _) => throw new InvalidOperationException("boom")), 1);

        Assert.Contains("boom", (await SaidAsync()).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_is_given_up_when_nobody_waits_for_it_any_more()
    {
        var given = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var desk = Desk(async (question, limit) =>
        {
            if (question.Id == 2)
                return new();
            using var up = limit.Register(given.SetResult);
            await Task.Delay(Timeout.InfiniteTimeSpan, limit);
            return new();
        });
        Ask(desk, 1, within: 20);
        await given.Task.WaitAsync(Patience);

        Ask(desk, 2);
        Assert.Equal(2UL, (await SaidAsync()).Id);
    }

    [Fact]
    public async Task A_question_that_is_not_known_is_not_answered()
    {
        var desk = Desk((question, _) => Task.FromResult(question.Id == 1 ? null : new Answer()));
        Ask(desk, 1);
        Ask(desk, 2);

        Assert.Equal(2UL, (await SaidAsync()).Id);
        Assert.False(_said.Reader.TryRead(out _));
    }
}
