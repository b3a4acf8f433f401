using Orch.Core.Model;

namespace Orch.Agent.Tasks;

public enum TaskActionKind
{
    Nothing,

    /// <summary>Nothing before <see cref="TaskAction.Due"/>.</summary>
    Wait,

    /// <summary>Note the new state and tell the manager.</summary>
    Report,
    Look,
    PrepareImage,
    PlaceFiles,
    Create,
    Start,
    Stop,
    Kill,
    Remove,
    RemoveDuplicate,

    /// <summary>Nothing is left of the task: drop the record.</summary>
    Forget,
}

/// <summary>The one next move of a task.</summary>
public readonly record struct TaskAction(
    TaskActionKind Kind, TaskState State = default, string Message = "", string Error = "", TimeSpan Due = default)
{
    public static TaskAction Do(TaskActionKind kind) => new(kind);

    public static TaskAction Report(TaskState state, string message, string error = "") =>
        new(TaskActionKind.Report, state, message, error);

    public static TaskAction Wait(TimeSpan due) => new(TaskActionKind.Wait, Due: due);

    public bool IsEngineCall => Kind is >= TaskActionKind.Look and <= TaskActionKind.RemoveDuplicate;
}
