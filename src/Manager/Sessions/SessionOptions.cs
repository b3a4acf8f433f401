using Orch.Core.Model;

namespace Orch.Manager.Sessions;

/// <summary>Numbers of agent sessions (state.md §4). Self is the manager that leads.</summary>
public sealed record SessionOptions(NodeId Self)
{
    /// <summary>HOST:PORT of managers, told to agents while the state names none.</summary>
    public IReadOnlyList<string> Fallback { get; init; } = [];

    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>A node silent for this long is down; a freeze of 1.5 s must never cost a node.</summary>
    public TimeSpan DetectionWindow { get; init; } = TimeSpan.FromSeconds(2.5);

    /// <summary>How long a task that shall stop waits for machines to say that they lead no connections to it any more.</summary>
    public TimeSpan LeaveWithin { get; init; } = TimeSpan.FromSeconds(1);
    public TimeSpan CheckEvery { get; init; } = TimeSpan.FromMilliseconds(100);
}
