using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;

namespace Orch.Tests.Simulation;

/// <summary>
/// Restart policies kept exactly: a delay that was given is the delay, no more restarts in any window than allowed, and a
/// slot is given up only when all of them were used. Counted apart from what tasks remember of it.
/// </summary>
internal sealed class RestartChecker
{
    private readonly Dictionary<(ServiceId, SlotKey), (ulong Version, List<Timestamp> Ends)> _restarts = [];

    public void Before(ClusterState state, ClusterEvent e)
    {
        if (e is not TaskCreated created || state.Services.Get(created.Service) is not { IsJob: false }
            || state.SpecOf(created.Service, created.SpecVersion) is not { } spec)
            return;
        var slot = new SlotKey(created.Slot, created.SlotNode);
        var known = _restarts.GetValueOrDefault((created.Service, slot), (0, []));
        if (known.Version != created.SpecVersion)
            known = (created.SpecVersion, []);
        _restarts[(created.Service, slot)] = known;
        if (state.TasksIn(created.Service, slot) is [.., var newest] && IsEnd(newest.State) && newest.Spec.Fingerprint == spec.Fingerprint)
            Restarted(created, spec, newest, known.Ends);
    }

    /// <summary>Null when the slot is rightly left empty; else why it is not.</summary>
    public static string? GivenUp(ClusterState view, Service service, SlotKey slot)
    {
        var ended = view.TasksIn(service.Id, slot).Where(task => IsEnd(task.State) && task.Spec.Fingerprint == service.TaskSpec.Fingerprint).ToList();
        if (ended.Count == 0 || service.TaskSpec.Template.RestartPolicy is not { MaxAttempts: > 0 and var most } policy)
            return $"slot {slot} of {service.Spec.Name} is empty";
        var inWindow = ended.Count(task => policy.Window is not > 0
            || ended[^1].UpdatedAt - task.UpdatedAt < SpecDefaults.Nanos(policy.Window.Value));
        return inWindow > (int)most ? null
            : $"slot {slot} of {service.Spec.Name} was given up after {inWindow} ends, its policy allows {most} restarts";
    }

    private static bool IsEnd(TaskState state) => state is TaskState.Complete or TaskState.Failed or TaskState.Rejected;

    private static void Restarted(TaskCreated created, TaskSpec spec, TaskRecord ended, List<Timestamp> ends)
    {
        var policy = spec.Template.RestartPolicy;
        if (policy?.Delay is > 0 and var delay && created.NotBefore - created.At != SpecDefaults.Nanos(delay))
            Checker.Fail($"{spec.ServiceName}.{created.Slot} is restarted after {created.NotBefore - created.At}, not after its delay");
        var used = ends.Count(at => policy?.Window is not > 0 || ended.UpdatedAt - at < SpecDefaults.Nanos(policy.Window.Value));
        if (policy?.MaxAttempts is > 0 and var most && used >= (int)most)
            Checker.Fail($"{spec.ServiceName}.{created.Slot} is restarted for the {used + 1}th time in its window, {most} are allowed");
        ends.Add(ended.UpdatedAt);
    }
}
