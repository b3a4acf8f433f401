using Orch.Core.Events;
using Orch.Core.Model;

namespace Orch.Core.Planning;

/// <summary>Creates the next task of a slot from the service's current template.</summary>
internal static class TaskCreation
{
    public static void Create(
        Workspace work, Service service, SlotKey slot, TaskState desired, Timestamp notBefore, RestartHistory history) =>
        work.Emit(new TaskCreated(new TaskId(work.Step.NewId()), service.Id, slot.Number, slot.Node,
            service.TaskSpec.Version, desired, notBefore, history, work.Now));
}
