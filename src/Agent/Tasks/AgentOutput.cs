using Orch.Contracts.Agent;
using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>
/// What <see cref="AgentCore"/> wants done, in order. All <see cref="Persist"/> entries of a step must be durable
/// before anything else of the same step leaves the process.
/// </summary>
public abstract record AgentOutput
{
    private AgentOutput()
    {
    }

    public sealed record Persist(JournalEntry Entry) : AgentOutput;

    public sealed record Call(EngineCall Request) : AgentOutput;

    /// <summary>The task needs its secrets and configs no more: nothing of them may stay.</summary>
    public sealed record ClearFiles(TaskId Task) : AgentOutput;

    /// <summary>What a manager that is obeyed says of networks and of who is on them; it is told in its session when that is done.</summary>
    public sealed record TakeNetworks(long Session, NetworkUpdate Update) : AgentOutput;

    /// <summary>The task may get new connections, or may not any more, whatever a manager says of it.</summary>
    public sealed record Fit(TaskId Task, bool IsFit) : AgentOutput;

    /// <summary>To the session that is open now; lost without harm when it has just closed.</summary>
    public sealed record Send(long Session, AgentMessage Message) : AgentOutput;

    /// <summary>End this session and dial another manager.</summary>
    public sealed record DropSession(long Session, string Reason) : AgentOutput;

    /// <summary>The managers as the cluster knows them now, to be kept for the next dial.</summary>
    public sealed record SetManagers(IReadOnlyList<string> Managers) : AgentOutput;

    /// <summary>The node was removed from its cluster and nothing of ours is left: forget the identity and exit.</summary>
    public sealed record Depart(string Reason) : AgentOutput;

    /// <summary>A line for the log.</summary>
    public sealed record Note(bool Warning, string Text) : AgentOutput;
}
