using Orch.Core.Model.Specs;

namespace Orch.Agent.Engine;

/// <summary>A task's memory in the engine's terms, where swap is counted together with memory.</summary>
internal readonly record struct MemoryLimits(long? Memory, long? Reservation, long? Swap, long? Swappiness)
{
    public static MemoryLimits Of(ResourceRequirements? resources)
    {
        var limit = resources?.Limits?.MemoryBytes is > 0 and var given ? given : (long?)null;
        var reserved = resources?.Reservations?.MemoryBytes is > 0 and var set ? set : (long?)null;

        // The engine refuses to reserve more than it allows; the scheduler has set the larger amount aside already.
        if (reserved > limit)
            reserved = limit;
        var swap = (limit, resources?.SwapBytes) switch
        {
            (_, null) or (null, _) => (long?)null,
            (_, -1) => -1,
            ({ } memory, { } extra) => extra > long.MaxValue - memory ? long.MaxValue : memory + extra,
        };
        return new(limit, reserved, swap, resources?.MemorySwappiness is >= 0 and var swappiness ? swappiness : null);
    }
}
