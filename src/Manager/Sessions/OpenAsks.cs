using Orch.Contracts.Agent;
using Orch.Core.Model;

namespace Orch.Manager.Sessions;

/// <summary>
/// Questions to one agent that wait for their answers. Bounded in number and time, and over when the session is: an agent
/// that does not know a question never answers it.
/// </summary>
internal sealed class OpenAsks
{
    public const int Most = 32;
    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, TaskCompletionSource<AskResult>> _waiting = [];
    private ulong _last;
    private bool _over;

    /// <summary>Send is false when the question cannot be sent.</summary>
    public async Task<AskResult> AskAsync(
        Ask question, Func<Ask, bool> send, TimeSpan within, TimeProvider clock, CancellationToken cancellation)
    {
        var answered = new TaskCompletionSource<AskResult>(TaskCreationOptions.RunContinuationsAsynchronously);
        var numbered = question.Clone();
        if (Begin(numbered, answered) is { } refused)
            return refused;
        try
        {
            numbered.WithinMs = (uint)within.TotalMilliseconds;
            if (!send(numbered))
                return AskResult.No("it does not read what it is sent");
            return await answered.Task.WaitAsync(within, clock, cancellation);
        }
        catch (TimeoutException)
        {
            return AskResult.No($"it did not answer within {within.TotalSeconds:0.#} s (it hangs, or its agent is older than this manager)");
        }
        finally
        {
            lock (_lock)
                _waiting.Remove(numbered.Id);
        }
    }

    /// <summary>An answer that nobody waits for any more is dropped.</summary>
    public void Hear(Answer answer)
    {
        TaskCompletionSource<AskResult>? waiting;
        lock (_lock)
            _waiting.TryGetValue(answer.Id, out waiting);
        waiting?.TrySetResult(answer.Problem.Length > 0 ? AskResult.No(answer.Problem) : new(answer, null));
    }

    /// <summary>Nothing is answered any more.</summary>
    public void End()
    {
        lock (_lock)
        {
            _over = true;
            foreach (var waiting in _waiting.Values)
                waiting.TrySetResult(AskResult.No("its session ended"));
        }
    }

    private AskResult? Begin(Ask question, TaskCompletionSource<AskResult> answered)
    {
        lock (_lock)
        {
            if (_over)
                return AskResult.No("its session ended");
            if (_waiting.Count >= Most)
                return AskResult.No($"{Most} questions wait for its answers already: try again");
            question.Id = ++_last;
            _waiting[question.Id] = answered;
            return null;
        }
    }
}

/// <summary>Puts a question to the agent of a node; done at the latest when this time is over.</summary>
public delegate Task<AskResult> AskNode(NodeId node, Ask question, TimeSpan within, CancellationToken cancellation);

/// <summary>What an agent answered, or why it did not, in words.</summary>
public readonly record struct AskResult(Answer? Answer, string? Problem)
{
    public static AskResult No(string problem) => new(null, problem);
}
