using Orch.Contracts.Agent;
using Orch.Core.Model;

namespace Orch.Manager.Logs;

/// <summary>What is asked of every log that is read. Times are Unix nanoseconds, 0 for no limit; a tail of -1 is all.</summary>
public sealed record LogQuestion
{
    public bool Stdout { get; init; } = true;
    public bool Stderr { get; init; } = true;
    public bool Follow { get; init; }
    public long Since { get; init; }
    public long Until { get; init; }
    public long Tail { get; init; } = -1;

    /// <summary>For a task of which records up to a moment were read already (0: none), when its stream broke.</summary>
    internal LogTask For(TaskId task, long last) => new()
    {
        TaskId = task.ToString(),
        SinceUnixNanos = last > 0 ? last + 1 : Since,
        UntilUnixNanos = Until,
        Tail = last > 0 ? -1 : Tail,
        Follow = Follow,
        Stdout = Stdout,
        Stderr = Stderr,
    };
}
