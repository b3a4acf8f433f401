using System.Collections.Immutable;
using Orch.Core.Model;
using Orch.Core.Networking;

namespace Orch.Core.State;

/// <summary>
/// Everything the cluster knows, indexed. Changed only by <see cref="Fold"/>; a <see cref="Snapshot"/> is O(1) and never
/// changes again. Enumeration orders are the same in every process.
/// </summary>
public sealed class ClusterState
{
    internal EditToken Token { get; private set; } = new();

    /// <summary>Revision of the last durable event that was folded in.</summary>
    public ulong Revision { get; internal set; }
    public Cluster? Cluster { get; internal set; }

    public CowMap<NodeId, Node> Nodes { get; internal set; }
    public CowMap<ServiceId, Service> Services { get; internal set; }
    public CowMap<string, ServiceId> ServicesByName { get; internal set; }
    public CowMap<TaskId, TaskRecord> Tasks { get; internal set; }
    public CowMap<ServiceId, SlotTasks> TasksByService { get; internal set; }
    public CowMap<NodeId, CowMap<TaskId, bool>> TasksByNode { get; internal set; }

    /// <summary>Credentials of the API by name.</summary>
    public CowMap<string, ApiToken> ApiTokens { get; internal set; }

    /// <summary>Templates that tasks still run although their service has a newer one, or is gone.</summary>
    public CowMap<SpecKey, RetainedSpec> RetainedSpecs { get; internal set; }

    /// <summary>Ports that a service publishes on every node.</summary>
    public CowMap<PortKey, ServiceId> IngressPorts { get; internal set; }

    /// <summary>Ports that services publish on the nodes of their tasks; several may have the same one.</summary>
    public CowMap<PortKey, CowMap<ServiceId, bool>> HostPorts { get; internal set; }

    /// <summary>Logins at registries, by host.</summary>
    public CowMap<string, RegistryCredential> Registries { get; internal set; }

    /// <summary>Credentials that services were deployed with, as X-Registry-Auth carries them.</summary>
    public CowMap<ServiceId, string> RegistryAuths { get; internal set; }

    public CowMap<NetworkId, Network> Networks { get; internal set; }
    public CowMap<string, NetworkId> NetworksByName { get; internal set; }

    /// <summary>The network that carries published ports of services without a network of their own; none: there is none yet.</summary>
    public NetworkId IngressNetwork { get; internal set; }

    /// <summary>Removed networks that tasks which are told to stop are still on: nobody can name them any more.</summary>
    public CowMap<NetworkId, Network> LeavingNetworks { get; internal set; }

    /// <summary>Which addresses are in use, by network; also of those that are leaving.</summary>
    public CowMap<NetworkId, AddressBook> AddressBooks { get; internal set; }

    /// <summary>Each node's own address in the networks it has needed so far.</summary>
    public CowMap<NodeId, CowMap<NetworkId, string>> NodeNetworks { get; internal set; }

    /// <summary>The same the other way round: the nodes that have an address in a network.</summary>
    public CowMap<NetworkId, CowMap<NodeId, bool>> NetworkNodes { get; internal set; }

    /// <summary>The services that are on a network (see <see cref="NetworksOf(Service)"/>).</summary>
    public CowMap<NetworkId, CowMap<ServiceId, bool>> NetworkUsers { get; internal set; }

    /// <summary>The networks that tasks of a service have addresses in, whatever its spec says now; also of removed services.</summary>
    public CowMap<ServiceId, CowMap<NetworkId, TasksOnNetwork>> TaskNetworks { get; internal set; }

    /// <summary>The same the other way round.</summary>
    public CowMap<NetworkId, CowMap<ServiceId, bool>> NetworkTasks { get; internal set; }

    /// <summary>Secrets and configs.</summary>
    public CowMap<FileId, ClusterFile> Files { get; internal set; }
    public CowMap<FileName, FileId> FilesByName { get; internal set; }

    /// <summary>Old contents that are kept only as long as somebody may go back to them.</summary>
    public CowMap<FileId, bool> SupersededFiles { get; internal set; }

    /// <summary>The services that remember a spec which names the file.</summary>
    public CowMap<FileId, CowMap<ServiceId, bool>> FileUsers { get; internal set; }

    /// <summary>A view of this moment for readers. The caller goes on changing this object.</summary>
    public ClusterState Snapshot()
    {
        var view = (ClusterState)MemberwiseClone();
        view.Token = new EditToken();
        Token = new EditToken();
        return view;
    }

    public SlotTasks TasksOf(ServiceId service) => TasksByService.TryGet(service, out var tasks) ? tasks : default;

    /// <summary>A network that tasks may be on: also one that is removed, while they are.</summary>
    public Network? NetworkOf(NetworkId id) => Networks.Get(id) ?? LeavingNetworks.Get(id);

    /// <summary>
    /// The cluster's networks that a service is on: those of its spec, or the ingress network when it has none and publishes
    /// ports. The first carries what it publishes (see <see cref="NetworkOrder"/>).
    /// </summary>
    public IReadOnlyList<NetworkId> NetworksOf(Service service) => NetworksOf(service.TaskSpec);

    /// <summary>The networks that tasks of this template are on.</summary>
    public IReadOnlyList<NetworkId> NetworksOf(TaskSpec spec) =>
        spec.Networks.Length > 0 ? spec.Networks
        : spec.PublishesIngress && !IngressNetwork.IsNone ? [IngressNetwork] : Array.Empty<NetworkId>();

    public IEnumerable<TaskRecord> TaskRecordsOf(ServiceId service)
    {
        foreach (var id in TasksOf(service).All)
            yield return Tasks.Get(id)!;
    }

    public IEnumerable<TaskRecord> TasksOn(NodeId node)
    {
        if (!TasksByNode.TryGet(node, out var ids))
            yield break;
        foreach (var id in ids.Keys)
            yield return Tasks.Get(id)!;
    }

    /// <summary>Services that would miss the file: their present or an earlier spec names it.</summary>
    public IEnumerable<Service> UsersOf(FileId file) =>
        FileUsers.TryGet(file, out var users) ? users.Keys.Select(Services.Get).OfType<Service>() : [];

    /// <summary>The tasks of a slot, oldest first.</summary>
    public IReadOnlyList<TaskRecord> TasksIn(ServiceId service, SlotKey slot)
    {
        var ids = TasksOf(service).In(slot);
        return ids.IsEmpty ? [] : ImmutableArray.CreateRange(ids, id => Tasks.Get(id)!);
    }

    /// <summary>The template that a task of this version runs; null where the state no longer knows it.</summary>
    public TaskSpec? SpecOf(ServiceId service, ulong version)
    {
        if (Services.TryGet(service, out var found))
        {
            if (found.TaskSpec.Version == version)
                return found.TaskSpec;
            if (found.PreviousTaskSpec?.Version == version)
                return found.PreviousTaskSpec;
        }
        return RetainedSpecs.TryGet(new(service, version), out var retained) ? retained.Spec : null;
    }
}

/// <summary>A template and the number of task records that run it; dropped with the last one.</summary>
public sealed record RetainedSpec(TaskSpec Spec, int Tasks);
