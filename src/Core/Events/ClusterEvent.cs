using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Core.Events;

/// <summary>
/// The closed list of facts that change the cluster; the only thing ever stored. An event is durable unless it says
/// otherwise: volatile ones change the leader's memory and are reported again by agents to the next leader.
/// </summary>
/// <remarks>Stored events are for ever: members may be added as optional, never renamed, removed or given a new meaning.
/// Kind numbers are in <see cref="EventCodec"/>.</remarks>
public abstract record ClusterEvent
{
    private protected ClusterEvent() { }

    public virtual bool IsDurable => true;

    /// <summary>Carries what must never lie on a disk in clear: the log seals it.</summary>
    public virtual bool IsSecret => false;
}

public sealed record ClusterCreated(ClusterId Id, Timestamp At) : ClusterEvent;
public sealed record ClusterSecretsSet(byte[] Sealed, Timestamp At) : ClusterEvent;
public sealed record ClusterSettingsSet(ClusterSettings Settings, Timestamp At) : ClusterEvent;

/// <summary>ManagerAddr: HOST:PORT that a manager answers on; null for workers and in records of older versions.</summary>
public sealed record NodeJoined(
    NodeId Id, NodeSpec Spec, string Hostname, string Address, Timestamp At, string? ManagerAddr = null) : ClusterEvent;
public sealed record NodeSpecSet(NodeId Id, NodeSpec Spec, Timestamp At) : ClusterEvent;
public sealed record NodeDescribed(NodeId Id, NodeDescription Description, string Address, Timestamp At) : ClusterEvent;
public sealed record NodeStateSet(NodeId Id, NodeState State, string? Message, Timestamp At) : ClusterEvent;
public sealed record NodeRemoved(NodeId Id) : ClusterEvent;
public sealed record NodeManagerAddrSet(NodeId Id, string? ManagerAddr, Timestamp At) : ClusterEvent;

/// <summary>Ports are the published ports with every open number chosen.</summary>
public sealed record ServiceCreated(
    ServiceId Id, ServiceSpec Spec, List<PortConfig> Ports, Timestamp At, IReadOnlyList<ServiceVip>? VirtualIps = null)
    : ClusterEvent;

/// <summary>NewVersion: the task template or ports changed; Update: tasks must be replaced for it.</summary>
public sealed record ServiceUpdated(
    ServiceId Id, ServiceSpec Spec, List<PortConfig> Ports, bool NewVersion, UpdateProgress? Update, Timestamp At,
    IReadOnlyList<ServiceVip>? VirtualIps = null) : ClusterEvent;
public sealed record ServiceUpdateProgressed(ServiceId Id, UpdateProgress Update, Timestamp At) : ClusterEvent;
public sealed record ServiceRemoved(ServiceId Id) : ClusterEvent;

/// <summary>Auth is what the engine's X-Registry-Auth header carries.</summary>
public sealed record RegistryLoggedIn(string Host, string Username, string Auth, Timestamp At) : ClusterEvent
{
    public override bool IsSecret => true;
}
public sealed record RegistryLoggedOut(string Host) : ClusterEvent;

/// <summary>A service was deployed with a credential of its own.</summary>
public sealed record ServiceRegistryAuthSet(ServiceId Service, string Auth, Timestamp At) : ClusterEvent
{
    public override bool IsSecret => true;
}

public sealed record ApiTokenCreated(ApiToken Token) : ClusterEvent;
public sealed record ApiTokenRemoved(string Name) : ClusterEvent;

/// <summary>SpecVersion names the service version it runs, which the state still knows.</summary>
public sealed record TaskCreated(
    TaskId Id, ServiceId Service, ulong Slot, NodeId SlotNode, ulong SpecVersion, TaskState Desired, Timestamp NotBefore,
    RestartHistory Restarts, Timestamp At) : ClusterEvent;
public sealed record TaskAssigned(
    TaskId Id, NodeId Node, Timestamp At, IReadOnlyList<AssignedResource>? Resources = null,
    IReadOnlyList<TaskAddress>? Addresses = null) : ClusterEvent;
public sealed record TaskDesiredSet(TaskId Id, TaskState Desired, Timestamp At) : ClusterEvent;
public sealed record TaskRemoved(TaskId Id) : ClusterEvent;

/// <summary>
/// First time running, or the terminal result: what must survive the leader. SeenAt is the manager's clock: delays are
/// counted from it, because the clock of the node (Status.At) is only for people and may be hours off.
/// </summary>
public sealed record TaskResult(TaskId Id, ObservedStatus Status, Timestamp SeenAt) : ClusterEvent;

/// <summary>A step on the way (accepted, preparing…), or why a task still waits. Lost with the leader, reported again.</summary>
public sealed record TaskProgress(TaskId Id, ObservedStatus Status) : ClusterEvent
{
    public override bool IsDurable => false;
}

/// <summary>
/// A secret or a config came to be. Replaces: its name was of that one until now, which goes on as ReplacedIsNow.
/// </summary>
public sealed record FileCreated(
    FileId Id, FileKind Kind, FileSpec Spec, Timestamp At, FileId? Replaces = null, string? ReplacedIsNow = null) : ClusterEvent
{
    public override bool IsSecret => true;
}
public sealed record FileLabelsSet(FileId Id, Dictionary<string, string> Labels, Timestamp At) : ClusterEvent;
public sealed record FileRemoved(FileId Id) : ClusterEvent;

/// <summary>With what was allocated to it, so that no other network can get the same.</summary>
public sealed record NetworkCreated(NetworkId Id, NetworkSpec Spec, List<NetworkSubnet> Subnets, uint Vni, Timestamp At) : ClusterEvent;
public sealed record NetworkRemoved(NetworkId Id) : ClusterEvent;

/// <summary>A node needs a network for the first time: its own address there, kept while both exist and there are enough.</summary>
public sealed record NodeNetworkAdded(NodeId Node, NetworkId Network, string Address, Timestamp At) : ClusterEvent;

/// <summary>A network is short of addresses, and the node has nothing on it: it gives its own back.</summary>
public sealed record NodeNetworkRemoved(NodeId Node, NetworkId Network, Timestamp At) : ClusterEvent;

/// <summary>A new leader has not heard of this node yet: it keeps what it has and takes nothing new until it reports.</summary>
public sealed record NodeUnconfirmed(NodeId Id) : ClusterEvent
{
    public override bool IsDurable => false;
}
