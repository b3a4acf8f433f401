using Orch.Agent.Dns;
using Orch.Agent.Networks;
using Orch.Contracts.Agent;

namespace Orch.Agent.Asking;

/// <summary>From a manager's question to its answer. What is asked is looked at where it is; nothing is changed.</summary>
internal sealed class Answers(
    Func<NetworkBook> book, Func<IReadOnlyCollection<string>, CancellationToken, Task<string?>> stands, DnsServer names,
    string nodeAddress, TimeProvider clock)
{
    private static readonly TimeSpan StandsWithin = TimeSpan.FromSeconds(2);

    /// <summary>Null for a question that this agent does not know.</summary>
    public async Task<Answer?> ToAsync(Ask question, CancellationToken cancellation) => question.QuestionCase switch
    {
        Ask.QuestionOneofCase.NetworkStates =>
            new() { NetworkStates = await StatesAsync(question.NetworkStates.NetworkIds, cancellation) },
        Ask.QuestionOneofCase.Reach => new() { Reach = await ReachAsync(question.Reach, cancellation) },
        Ask.QuestionOneofCase.Name => await NameAsync(question.Name, cancellation),
        _ => null,
    };

    private async Task<NetworkStates> StatesAsync(IReadOnlyList<string> ids, CancellationToken cancellation) => new()
    {
        Networks = { await Task.WhenAll(ids.Select(id => StateAsync(id, cancellation))) },
    };

    private async Task<NetworkState> StateAsync(string id, CancellationToken cancellation)
    {
        var state = new NetworkState { NetworkId = id };
        if (!book().Networks.TryGetValue(id, out var network))
        {
            state.Problem = "this machine has not been told of it, or needs it no more";
            return state;
        }
        state.Mtu = (uint)LinkFacts.Mtu(network);
        using var limit = new CancellationTokenSource(StandsWithin, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        try
        {
            state.Problem = await stands([id], either.Token) ?? "";
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            state.Problem = LinkFacts.Exists(network.BridgeName)
                ? $"its links and rules did not stand within {StandsWithin.TotalSeconds:0} s"
                : $"the engine has not made its bridge {network.BridgeName} yet";
        }
        return state;
    }

    private async Task<ReachReport> ReachAsync(AskReach asked, CancellationToken cancellation)
    {
        var window = TimeSpan.FromMilliseconds(asked.WindowMs);
        var reports = asked.Networks.Select(one => book().Networks.TryGetValue(one.NetworkId, out var network)
            ? new ReachProbe(network, nodeAddress, asked.Run, one.Peers, clock).RunAsync(window, names.AnswersAtAsync, cancellation)
            : Task.FromResult(new NetworkReach { NetworkId = one.NetworkId, Problem = "this machine has not been told of it" }));
        return new() { Networks = { await Task.WhenAll(reports) } };
    }

    private async Task<Answer> NameAsync(AskName asked, CancellationToken cancellation)
    {
        if (!book().Tasks.TryGetValue(asked.TaskId, out var task))
            return new() { Problem = "this machine's name server does not know the task (it ended, or has no network)" };
        return new() { Name = await names.AskAsync(task, asked.Name, (DnsType)asked.Type, cancellation) };
    }
}
