using Orch.Contracts.Agent;

namespace Orch.Agent.Asking;

/// <summary>
/// The managers' questions that are being answered. They run beside the session and never hold it up; one too many is
/// refused in words, and one that is not understood is left to the manager's patience.
/// </summary>
internal sealed class AskDesk(Func<Ask, CancellationToken, Task<Answer?>> answer, AgentLog log, TimeProvider clock)
{
    private const int MostAtOnce = 8;
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);
    private int _count;

    public void Begin(Ask question, Action<AgentMessage> reply, CancellationToken stopping)
    {
        if (Interlocked.Increment(ref _count) > MostAtOnce)
        {
            Interlocked.Decrement(ref _count);
            reply(Refusal(question, $"its agent answers {MostAtOnce} questions already: try again"));
            return;
        }
        _ = Task.Run(() => RunAsync(question, reply, stopping), CancellationToken.None);
    }

    private async Task RunAsync(Ask question, Action<AgentMessage> reply, CancellationToken stopping)
    {
        try
        {
            using var limit = new CancellationTokenSource(Within(question), clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping);
            if (await answer(question, either.Token) is not { } found)
                return;
            found.Id = question.Id;
            reply(new() { Answer = found });
        }
        catch (OperationCanceledException)
        {
            // Nobody listens any more, or the agent stops.
        }
#pragma warning disable CA1031 // A question is a favour to an onlooker: its failure must not take an agent down.
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.Warn($"a manager's question ({question.QuestionCase}) failed: {e}");
            reply(Refusal(question, $"its agent failed at it: {e.Message}"));
        }
        finally
        {
            Interlocked.Decrement(ref _count);
        }
    }

    private static TimeSpan Within(Ask question) =>
        question.WithinMs is 0 ? Longest : TimeSpan.FromMilliseconds(Math.Min(question.WithinMs, Longest.TotalMilliseconds));

    private static AgentMessage Refusal(Ask question, string problem) =>
        new() { Answer = new() { Id = question.Id, Problem = problem } };
}
