using Orch.Core.Model;

namespace Orch.Manager.Sessions;

/// <summary>What changed that may concern one agent. Node: its own record, which its addresses in networks come with.</summary>
internal sealed record NetworkTouch(
    IReadOnlyCollection<TaskId> Tasks, IReadOnlyCollection<ServiceId> Services, IReadOnlyCollection<NetworkId> Networks,
    bool Node)
{
    public bool IsEmpty => Tasks.Count + Services.Count + Networks.Count == 0 && !Node;
}
