using Orch.Core.Model;

namespace Orch.Manager.Store;

/// <summary>Who leads, and where the others and the agents reach it.</summary>
public sealed record LeaderInfo(string Id, string Address);

/// <summary>The leadership as stored. No leader means that it is free: nobody led yet, or the last one resigned.</summary>
public sealed record LeaderView(Epoch Epoch, LeaderInfo? Leader, ulong Renewals);

/// <summary>What a campaign raises: the term at a take-over, the incarnation when history was replaced.</summary>
public enum EpochStep
{
    Term = 0,
    Incarnation = 1,
}
