using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>
/// Keeps a template as long as a task record runs it, also after its service moved on. Counted, so that it costs O(1)
/// per task; templates that the service itself still names (current, previous) are not counted.
/// </summary>
internal static class SpecRetention
{
    /// <summary>The service stops naming this template: keep it if any of its tasks still runs it.</summary>
    public static void Retain(ClusterState state, TaskSpec spec)
    {
        var users = 0;
        foreach (var id in state.TasksOf(spec.ServiceId).All)
        {
            if (state.Tasks.Get(id)!.Spec.Version == spec.Version)
                users++;
        }
        if (users > 0)
            state.RetainedSpecs = state.RetainedSpecs.With(state.Token, KeyOf(spec), new(spec, users));
    }

    /// <summary>A task record is gone; its template goes with the last one.</summary>
    public static void Release(ClusterState state, TaskSpec spec)
    {
        var key = KeyOf(spec);
        if (!state.RetainedSpecs.TryGet(key, out var retained))
            return;
        state.RetainedSpecs = retained.Tasks > 1
            ? state.RetainedSpecs.With(state.Token, key, retained with { Tasks = retained.Tasks - 1 })
            : state.RetainedSpecs.Without(state.Token, key);
    }

    private static SpecKey KeyOf(TaskSpec spec) => new(spec.ServiceId, spec.Version);
}
