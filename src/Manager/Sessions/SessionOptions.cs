namespace Orch.Manager.Sessions;

/// <summary>Numbers of agent sessions (state.md §4). Managers are HOST:PORT of every manager, told to agents.</summary>
public sealed record SessionOptions(IReadOnlyList<string> Managers)
{
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A node silent for this long is down; a freeze of 1.5 s must never cost a node.</summary>
    public TimeSpan DetectionWindow { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>How long a task that shall stop waits for machines to say that they lead no connections to it any more.</summary>
    public TimeSpan LeaveWithin { get; init; } = TimeSpan.FromSeconds(1);
    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromMilliseconds(100);
}
