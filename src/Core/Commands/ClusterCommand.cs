using Orch.Core.Model;
using Orch.Core.Model.Specs;

namespace Orch.Core.Commands;

/// <summary>
/// What may be asked of the cluster; decided by <see cref="Decide"/>. Ids of new objects and the time come with the
/// command's context, so that deciding is a function. Object references are what users type: id, name or id prefix.
/// </summary>
public abstract record ClusterCommand
{
    private protected ClusterCommand() { }
}

/// <summary>
/// Settings null: the defaults. The address pools in them stay; more may be added. Address: that of the machine which founds it, so
/// that no network of the cluster is cut from that machine's own.
/// </summary>
public sealed record CreateCluster(ClusterId Id, ClusterSettings? Settings = null, string? Address = null) : ClusterCommand;
public sealed record SetClusterSecrets(byte[] Sealed) : ClusterCommand;
public sealed record UpdateCluster(ulong Version, ClusterSettings Settings) : ClusterCommand;

/// <summary>More blocks to cut subnets of networks from, behind those that there are.</summary>
public sealed record AddAddressPools(IReadOnlyList<string> Blocks) : ClusterCommand;

/// <summary>A machine was admitted (its token was checked by the shell). ManagerAddr: HOST:PORT that a manager answers on.</summary>
public sealed record JoinNode(NodeId Id, NodeRole Role, string Hostname, string Address, string? ManagerAddr = null) : ClusterCommand;

/// <summary>A manager says where it answers now: it leads, or reported to the leader.</summary>
public sealed record SetManagerAddr(NodeId Id, string ManagerAddr) : ClusterCommand;
public sealed record UpdateNode(string Node, ulong Version, NodeSpec Spec) : ClusterCommand;
public sealed record RemoveNode(string Node, bool Force) : ClusterCommand;

/// <summary>An agent described its machine, at the start of a session or after a change.</summary>
public sealed record DescribeNode(NodeId Id, NodeDescription Description, string Address) : ClusterCommand;

/// <summary>The session hub saw a node come (ready) or fall silent for the detection window (down).</summary>
public sealed record SetNodeState(NodeId Id, NodeState State, string? Message) : ClusterCommand;

/// <summary>What an agent observed. Complete: these are all the tasks it knows (start of a session).</summary>
public sealed record ReportTasks(NodeId Node, IReadOnlyList<ObservedTask> Tasks, bool Complete) : ClusterCommand;
public sealed record ObservedTask(TaskId Id, ObservedStatus Status);

/// <summary>RegistryAuth: the credential to pull with, as X-Registry-Auth carries it; null: none is given.</summary>
public sealed record CreateService(ServiceSpec Spec, string? RegistryAuth = null) : ClusterCommand;

/// <summary>
/// Rollback true: go back to the previous spec (or to the revision that is named), the given one is ignored (Docker's rule).
/// </summary>
public sealed record UpdateService(
    string Service, ulong Version, ServiceSpec? Spec, bool Rollback, string? RegistryAuth = null, ulong? ToRevision = null)
    : ClusterCommand;
public sealed record RemoveService(string Service) : ClusterCommand;

/// <summary>Keeps a login at a registry for the whole cluster, in place of an earlier one at that host.</summary>
public sealed record LogInRegistry(string Host, string Username, string Auth) : ClusterCommand;
public sealed record LogOutRegistry(string Host) : ClusterCommand;

public sealed record CreateFile(FileKind Kind, FileSpec Spec) : ClusterCommand;

/// <summary>Labels are all that may change.</summary>
public sealed record UpdateFile(FileKind Kind, string File, ulong Version, FileSpec Spec) : ClusterCommand;

/// <summary>New content under the old name; services that use it are updated. What the change leaves out stays.</summary>
public sealed record ReplaceFile(FileKind Kind, string File, ulong Version, FileSpec Change) : ClusterCommand;
public sealed record RemoveFile(FileKind Kind, string File) : ClusterCommand;

public sealed record CreateNetwork(NetworkSpec Spec) : ClusterCommand;
public sealed record RemoveNetwork(string Network) : ClusterCommand;

/// <summary>Hash is that of the whole token, which only its bearer knows.</summary>
public sealed record CreateApiToken(string Name, ApiRole Role, string Key, byte[] Hash, Timestamp ExpiresAt) : ClusterCommand;
public sealed record RemoveApiToken(string Name) : ClusterCommand;

/// <summary>Nothing is asked: look at what is due (restart delays, update monitors).</summary>
public sealed record LookAgain : ClusterCommand;
