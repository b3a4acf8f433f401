using Orch.Core.Events;

namespace Orch.Core.Commands;

/// <summary>Either the events that carry a command out, with what to answer, or the reason why not.</summary>
public sealed record Decision
{
    public IReadOnlyList<ClusterEvent> Events { get; private init; } = [];
    public Reply Reply { get; private init; } = Reply.Nothing;
    public Refusal? Refusal { get; private init; }

    public static Decision Accept(Reply reply, params IReadOnlyList<ClusterEvent> events) =>
        new() { Events = events, Reply = reply };

    public static Decision Accept(params IReadOnlyList<ClusterEvent> events) => new() { Events = events };

    public static Decision Refuse(RefusalKind kind, string message) => new() { Refusal = new(kind, message) };
}

/// <summary>What an accepted command answers beside "done". Services are those that an update of something else changes.</summary>
public sealed record Reply(
    string? CreatedId = null, IReadOnlyList<string>? Warnings = null, IReadOnlyList<Model.ServiceId>? Services = null)
{
    public static readonly Reply Nothing = new();
}
