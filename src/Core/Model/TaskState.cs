using System.Text.Json.Serialization;

namespace Orch.Core.Model;

/// <summary>
/// The life of a task, in Docker's words and swarmkit's wire numbers. A task only ever moves to a higher number; a task is
/// one-shot, and its replacement is a new task in the same slot. The numbers are stored: never change or reuse one.
/// </summary>
[JsonConverter(typeof(JsonStringEnumConverter<TaskState>))]
public enum TaskState
{
    [JsonStringEnumMemberName("new")] New = 0,
    [JsonStringEnumMemberName("pending")] Pending = 64,
    [JsonStringEnumMemberName("assigned")] Assigned = 192,
    [JsonStringEnumMemberName("accepted")] Accepted = 256,
    [JsonStringEnumMemberName("preparing")] Preparing = 320,
    [JsonStringEnumMemberName("ready")] Ready = 384,
    [JsonStringEnumMemberName("starting")] Starting = 448,
    [JsonStringEnumMemberName("running")] Running = 512,
    [JsonStringEnumMemberName("complete")] Complete = 576,
    [JsonStringEnumMemberName("shutdown")] Shutdown = 640,
    [JsonStringEnumMemberName("failed")] Failed = 704,
    [JsonStringEnumMemberName("rejected")] Rejected = 768,
    [JsonStringEnumMemberName("remove")] Remove = 800,
    [JsonStringEnumMemberName("orphaned")] Orphaned = 832,
}

/// <summary>Rules over <see cref="TaskState"/>.</summary>
public static class TaskStates
{
    /// <summary>Complete or beyond: the container does not run and never will again.</summary>
    public static bool IsTerminal(this TaskState state) => state > TaskState.Running;

    /// <summary>States only increase; a report that goes back is an old message and is dropped.</summary>
    public static bool MayMoveTo(this TaskState from, TaskState to) => to > from;

    /// <summary>Docker's word, lower case, as in the API and in <c>orch service ps</c>.</summary>
    public static string Word(this TaskState state) => state switch
    {
        TaskState.New => "new",
        TaskState.Pending => "pending",
        TaskState.Assigned => "assigned",
        TaskState.Accepted => "accepted",
        TaskState.Preparing => "preparing",
        TaskState.Ready => "ready",
        TaskState.Starting => "starting",
        TaskState.Running => "running",
        TaskState.Complete => "complete",
        TaskState.Shutdown => "shutdown",
        TaskState.Failed => "failed",
        TaskState.Rejected => "rejected",
        TaskState.Remove => "remove",
        TaskState.Orphaned => "orphaned",
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "unknown task state"),
    };
}
