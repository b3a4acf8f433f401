using Orch.Core.Model;

namespace Orch.Core.Leading;

/// <summary>What a look at the leadership in the store showed.</summary>
public readonly record struct LeaderSighting(Epoch Epoch, ulong Renewals, LeaderStanding Standing);

/// <summary>Whom the store names as leader, seen by one that does not lead.</summary>
public enum LeaderStanding
{
    /// <summary>Nobody: none led yet, or the last one resigned.</summary>
    Free = 0,

    /// <summary>Another manager, dead or alive.</summary>
    Other = 1,

    /// <summary>This manager, from before its process started or before it stepped down: nobody is lost by a campaign.</summary>
    Mine = 2,
}
