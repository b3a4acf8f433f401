using Orch.Agent.Engine;
using Orch.Core.Model;

namespace Orch.Agent.Tasks;

/// <summary>
/// A request to the engine as data. Ids only grow within one run of the agent. Calls of one task never overlap (except
/// <see cref="Inspect"/> with Detail), so the shell may run all it is given at once, within its limits.
/// </summary>
public abstract record EngineCall(long Id)
{
    /// <summary>Make the image usable: look, and pull when it is missing. Shared by all tasks that want it.</summary>
    public sealed record PrepareImage(long Id, string Image, ServiceId Service, PullPolicy Pull) : EngineCall(Id);

    /// <summary>Put the task's secrets and configs where its container will find them.</summary>
    public sealed record PlaceFiles(long Id, TaskId Task, IReadOnlyList<TaskFile> Files) : EngineCall(Id);

    /// <summary>Networking: what its networks need before the container can be made; null without one of the cluster's.</summary>
    public sealed record Create(
        long Id, TaskId Task, string Name, ContainerCreate Request, TaskNetworking? Networking = null) : EngineCall(Id);

    public sealed record Start(long Id, TaskId Task, string Container) : EngineCall(Id);

    public sealed record Stop(long Id, TaskId Task, string Container, TimeSpan Grace) : EngineCall(Id);

    public sealed record Kill(long Id, TaskId Task, string Container) : EngineCall(Id);

    public sealed record Remove(long Id, TaskId Task, string Container) : EngineCall(Id);

    /// <summary>Detail: only process id and ports are wanted, whenever the engine has nothing better to do.</summary>
    public sealed record Inspect(long Id, TaskId Task, string Container, bool Detail) : EngineCall(Id);

    /// <summary>Find the task's containers by label: an earlier call ended without an answer.</summary>
    public sealed record Look(long Id, TaskId Task) : EngineCall(Id);

    /// <summary>
    /// Wait until the container's ports accept connections, for a task without a health check: before that it is no good
    /// to anybody. Never holds up other calls of the task.
    /// </summary>
    public sealed record AwaitPorts(long Id, TaskId Task, PortProbe Probe) : EngineCall(Id);

    /// <summary>Ask over a new connection whether the engine still listens.</summary>
    public sealed record Ping(long Id) : EngineCall(Id);
}

/// <summary>The answer to an <see cref="EngineCall"/>: an error, or the one member that the call yields.</summary>
public sealed record EngineAnswer
{
    public static readonly EngineAnswer Done = new();

    public EngineError? Error { get; init; }

    /// <summary>Of PrepareImage.</summary>
    public ImageFacts? Image { get; init; }

    /// <summary>Of Create: the container's id.</summary>
    public string? Container { get; init; }

    /// <summary>Of Inspect and Look.</summary>
    public IReadOnlyList<ContainerState> Found { get; init; } = [];

    public static EngineAnswer Failed(EngineFault fault, string message) => new() { Error = new(fault, message) };
}
