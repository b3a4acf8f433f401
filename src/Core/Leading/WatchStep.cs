using Orch.Core.Model;

namespace Orch.Core.Leading;

/// <summary>What a standby does next.</summary>
public abstract record WatchStep
{
    private WatchStep() { }

    /// <summary>Look at the leadership at this moment; one that has passed means now.</summary>
    public sealed record LookAt(TimeSpan When) : WatchStep;

    /// <summary>Try to take the leadership from the epoch that was seen.</summary>
    public sealed record Campaign(Epoch Seen) : WatchStep;
}
