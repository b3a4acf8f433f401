using Orch.Agent.Engine;
using Orch.Contracts.Agent;

namespace Orch.Agent.Tasks;

/// <summary>What <see cref="AgentCore"/> is told. One at a time, in the order in which it happened.</summary>
public abstract record AgentInput
{
    private AgentInput()
    {
    }

    /// <summary>A stream to a manager stands; the core answers with Hello. Numbers of sessions only grow.</summary>
    public sealed record SessionOpened(long Session) : AgentInput;

    public sealed record SessionClosed(long Session) : AgentInput;

    public sealed record FromManager(long Session, ManagerMessage Message) : AgentInput;

    /// <summary>
    /// The engine answers: its event stream is open, and this list of all our containers was made after that. Given
    /// at start and after each loss of the stream; everything found is compared with what is wanted.
    /// </summary>
    public sealed record EngineUp(IReadOnlyList<ContainerState> Containers) : AgentInput;

    /// <summary>The event stream broke, so nothing is known until the next <see cref="EngineUp"/>.</summary>
    public sealed record EngineDown(string Reason) : AgentInput;

    /// <summary>Why the engine cannot be used, for people; empty when it can. Changes nothing else.</summary>
    public sealed record EngineProblem(string Text) : AgentInput;

    public sealed record EngineHappened(EngineEvent Event) : AgentInput;

    /// <summary>Every <see cref="EngineCall"/> gets exactly one answer, unless the agent ends first.</summary>
    public sealed record CallAnswered(EngineCall Call, EngineAnswer Answer) : AgentInput;

    /// <summary>What the node is (without engine_problem, which the core fills in).</summary>
    public sealed record Described(NodeDescription Description) : AgentInput;

    /// <summary><see cref="AgentCore.NextDue"/> has come.</summary>
    public sealed record TimeCame : AgentInput;
}
