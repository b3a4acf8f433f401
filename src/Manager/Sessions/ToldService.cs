using Orch.Core.Model;

namespace Orch.Manager.Sessions;

/// <summary>
/// A service as an agent was told of it, and which of its tasks were. The parts are compared by reference: the state keeps
/// them until they change, and most changes of a service (how its update goes) change none of them.
/// </summary>
internal sealed class ToldService(Service service, ServiceReach reach, HashSet<TaskId> tasks)
{
    private readonly Service _told = service;

    public IReadOnlyList<NetworkId> Networks { get; } = reach.Networks;
    public HashSet<TaskId> Tasks { get; } = tasks;

    public bool IsOf(Service now, ServiceReach there) => AreSame(_told, now) && Networks.SequenceEqual(there.Networks);

    /// <summary>Nothing differs that names, addresses and ports are made from.</summary>
    public static bool AreSame(Service one, Service other) =>
        ReferenceEquals(one.Spec, other.Spec) && ReferenceEquals(one.TaskSpec, other.TaskSpec)
        && ReferenceEquals(one.Ports, other.Ports) && ReferenceEquals(one.VirtualIps, other.VirtualIps);
}
