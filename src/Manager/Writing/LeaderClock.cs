using Orch.Core.Model;

namespace Orch.Manager.Writing;

/// <summary>
/// The time of one leadership: the wall clock read once, then counted on by the monotonic clock. Somebody who sets the
/// machine's clock neither delays a restart by an hour nor makes all of them due.
/// </summary>
public sealed class LeaderClock(TimeProvider clock)
{
    private readonly Timestamp _start = Timestamp.From(clock.GetUtcNow());
    private readonly long _startTicks = clock.GetTimestamp();

    public Timestamp Now => _start + clock.GetElapsedTime(_startTicks);
}
