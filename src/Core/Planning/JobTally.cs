using Orch.Core.Model;
using Orch.Core.State;

namespace Orch.Core.Planning;

/// <summary>
/// Where the run of a replicated job stands: an index over its slots, derived from the state, and made anew for each run.
/// </summary>
internal sealed class JobTally
{
    private readonly HashSet<SlotKey> _live = [];
    private ulong _next = 1;

    public JobTally(ClusterState state, Service service)
    {
        Version = service.TaskSpec.Version;
        foreach (var slot in state.TasksOf(service.Id).Slots)
            Look(state, service, slot);
    }

    /// <summary>The run: each has a template version of its own.</summary>
    public ulong Version { get; }

    /// <summary>Slots with a task that runs or will.</summary>
    public int Live => _live.Count;

    public void Look(ClusterState state, Service service, SlotKey slot)
    {
        if (state.TasksIn(service.Id, slot).Any(task => task.IsAlive && task.Spec.Version == Version))
            _live.Add(slot);
        else
            _live.Remove(slot);
    }

    /// <summary>The lowest slot that has had no task in this run. A slot keeps its last task, so none is started twice.</summary>
    public SlotKey? NextToStart(ClusterState state, Service service)
    {
        while (_next <= service.Replicas && HasStarted(state, service, SlotKey.Of(_next)))
            _next++;
        return _next <= service.Replicas ? SlotKey.Of(_next) : null;
    }

    public static bool HasStarted(ClusterState state, Service service, SlotKey slot) =>
        state.TasksIn(service.Id, slot).Any(task => task.Spec.Version == service.TaskSpec.Version);

    public static bool IsComplete(ClusterState state, Service service, SlotKey slot) =>
        state.TasksIn(service.Id, slot).Any(task =>
            task.State == TaskState.Complete && task.Spec.Version == service.TaskSpec.Version);
}
