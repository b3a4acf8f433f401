using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Core.Planning;

/// <summary>
/// May an ended task be replaced, and from when on (state.md §3). A delay that was given is honoured exactly; without one the
/// first failure restarts at once, then after 1, 2, 4 … 30 s, and 60 s of running forget earlier failures.
/// </summary>
public static class RestartRules
{
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ForgivenAfter = TimeSpan.FromSeconds(60);

    /// <summary>Null: the policy forbids another one.</summary>
    public static (Timestamp NotBefore, RestartHistory History)? Next(TaskRecord ended, RestartPolicy? policy, Timestamp now)
    {
        if (!ConditionHolds(ended, policy?.Condition))
            return null;
        var history = ended.Restarts;
        if (policy?.MaxAttempts is { } max and > 0)
        {
            // Judged at the moment it ended: looking at the slot again later must not find a different answer.
            if (Counted(history, policy.Window, ended.UpdatedAt) is var counted && counted.Used >= max)
                return null;
            else
                history = history with { Attempts = counted.Attempts + 1, InWindow = counted.Stamps };
        }
        var streak = RanLongEnough(ended) ? 0 : history.Streak;
        var delay = policy?.Delay is { } given ? SpecDefaults.Nanos(given) : BackOff(streak);
        var next = history with { Streak = Math.Min(streak + 1, 1000) };
        return (delay == TimeSpan.Zero ? default : now + delay, next);
    }

    /// <summary>0, 1, 2, 4 … 30 s for failures in a row.</summary>
    public static TimeSpan BackOff(uint streak) => streak switch
    {
        0 => TimeSpan.Zero,
        > 5 => LongestBackOff,
        _ => TimeSpan.FromSeconds(1 << (int)(streak - 1)),
    };

    private static bool ConditionHolds(TaskRecord ended, string? condition) => condition switch
    {
        "none" => false,
        "on-failure" => ended.State is TaskState.Failed or TaskState.Rejected,
        _ => true,
    };

    private static bool RanLongEnough(TaskRecord ended) =>
        !ended.RunningSince.IsNever && ended.UpdatedAt - ended.RunningSince >= ForgivenAfter;

    private static (ulong Used, ulong Attempts, IReadOnlyList<Timestamp>? Stamps) Counted(
        RestartHistory history, long? window, Timestamp endedAt)
    {
        if (window is not > 0)
            return (history.Attempts, history.Attempts, null);
        var span = SpecDefaults.Nanos(window.Value);
        var inside = (history.InWindow ?? []).Where(at => endedAt - at < span).ToList();
        return ((ulong)inside.Count, 0, [.. inside, endedAt]);
    }
}
