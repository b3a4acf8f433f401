using Orch.Core.Model;

namespace Orch.Manager.Sessions;

/// <summary>
/// What changed that may concern one agent. Peers: nodes' own addresses in networks. Node: the agent's own record, which its
/// addresses in networks come with.
/// </summary>
internal sealed record NetworkTouch(
    IReadOnlyCollection<TaskId> Tasks, IReadOnlyCollection<ServiceId> Services, IReadOnlyCollection<NetworkId> Networks,
    IReadOnlyCollection<(NodeId Node, NetworkId Network)> Peers, bool Node)
{
    public bool IsEmpty => Tasks.Count + Services.Count + Networks.Count + Peers.Count == 0 && !Node;
}
