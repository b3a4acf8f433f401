using Orch.Agent.Engine;
using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>What is to become of a container that ran and does not run any more.</summary>
public enum ExitPhase
{
    /// <summary>It runs, or never ran.</summary>
    None,

    /// <summary>Whose doing it was is not known yet.</summary>
    Unclear,

    /// <summary>Start it again when <see cref="TaskView.DueAt"/> has come.</summary>
    Again,

    /// <summary>The task is over.</summary>
    Over,
}

/// <summary>Where the secrets and configs of a task are.</summary>
public enum FilesPhase
{
    /// <summary>In place, or there are none.</summary>
    Ready,

    /// <summary>A manager has still to send some of them.</summary>
    Awaited,

    /// <summary>Here, to be put in place.</summary>
    Arrived,
}

/// <summary>Everything <see cref="TaskStep"/> decides by.</summary>
public readonly record struct TaskView
{
    /// <summary>The highest state reached so far.</summary>
    public TaskState State { get; init; }
    public TaskState Desired { get; init; }

    /// <summary>The manager wants it forgotten.</summary>
    public bool Removed { get; init; }

    /// <summary>Found by its labels; nobody has said yet whether it is wanted.</summary>
    public bool Orphan { get; init; }

    /// <summary>The last call ended without an answer: look before doing anything.</summary>
    public bool MustLook { get; init; }

    /// <summary>Containers of the task beyond the one that is kept.</summary>
    public bool HasDuplicate { get; init; }
    public bool ImageReady { get; init; }

    public FilesPhase Files { get; init; }

    /// <summary>Why the task can never run; null while it can.</summary>
    public string? Problem { get; init; }

    /// <summary>Null: there is no container.</summary>
    public ContainerStatus? Container { get; init; }
    public ContainerHealth Health { get; init; }

    /// <summary>It runs, but its ports do not accept connections yet.</summary>
    public bool AwaitsPorts { get; init; }

    /// <summary>What to say of a task that runs and whose ports accepted nothing for long; empty otherwise.</summary>
    public string PortsProblem { get; init; }
    public ExitPhase Exit { get; init; }

    /// <summary>How an <see cref="ExitPhase.Over"/> ends: exit code 0 without an error is a success.</summary>
    public bool Succeeded { get; init; }
    public string Error { get; init; }

    /// <summary>A polite stop was tried and did not do.</summary>
    public bool StopFailed { get; init; }

    /// <summary>The container of a finished task is no longer worth its space.</summary>
    public bool Discard { get; init; }

    /// <summary>No engine call before this.</summary>
    public TimeSpan DueAt { get; init; }
    public TimeSpan Now { get; init; }
}
