using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>
/// A state as a sequence of small items, so that a million tasks never need one large buffer: first the head, then
/// cluster, nodes, networks with the nodes' addresses in them, services, registries, retained templates, tasks (which name
/// their template by version), secrets and configs. Numbers are stored: never reuse.
/// </summary>
public static class SnapshotCodec
{
    private const ushort HeadItem = 1, ClusterItem = 2, NodeItem = 3, ServiceItem = 4, SpecItem = 5, TaskItem = 6, FileItem = 7;

    private const ushort NetworkItem = 10, LeavingNetworkItem = 11, NodeNetworkItem = 12;

    private const ushort RegistryItem = 20, RegistryAuthItem = 21, RevisionItem = 40;

    private const ushort ApiTokenItem = 30;

    /// <summary>One stored item.</summary>
    public readonly record struct Item(ushort Kind, byte[] Payload);

    public static IEnumerable<Item> Write(ClusterState state)
    {
        var json = SnapshotJson.Default;
        yield return new(HeadItem, JsonSerializer.SerializeToUtf8Bytes(new SnapshotHead(state.Revision), json.SnapshotHead));
        if (state.Cluster is { } cluster)
            yield return new(ClusterItem, JsonSerializer.SerializeToUtf8Bytes(cluster, json.Cluster));
        foreach (var node in state.Nodes.Values)
            yield return new(NodeItem, JsonSerializer.SerializeToUtf8Bytes(node, json.Node));
        foreach (var item in Networks(state))
            yield return item;
        foreach (var service in state.Services.Values)
        {
            yield return new(ServiceItem, JsonSerializer.SerializeToUtf8Bytes(service, json.Service));
            foreach (var revision in service.History)
                yield return new(RevisionItem,
                    JsonSerializer.SerializeToUtf8Bytes(new StoredRevision(service.Id, revision), json.StoredRevision));
        }
        foreach (var registry in state.Registries.Values)
            yield return new(RegistryItem, JsonSerializer.SerializeToUtf8Bytes(registry, json.RegistryCredential));
        foreach (var (service, auth) in state.RegistryAuths.Entries)
            yield return new(RegistryAuthItem, JsonSerializer.SerializeToUtf8Bytes(new(service, auth), json.StoredRegistryAuth));
        foreach (var token in state.ApiTokens.Values)
            yield return new(ApiTokenItem, JsonSerializer.SerializeToUtf8Bytes(token, json.ApiToken));
        foreach (var retained in state.RetainedSpecs.Values)
            yield return new(SpecItem, JsonSerializer.SerializeToUtf8Bytes(retained, json.RetainedSpec));
        foreach (var task in InSlotOrder(state))
            yield return new(TaskItem, JsonSerializer.SerializeToUtf8Bytes(StoredTask.From(task), json.StoredTask));
        foreach (var file in state.Files.Values)
            yield return new(FileItem, JsonSerializer.SerializeToUtf8Bytes(file, json.ClusterFile));
    }

    private static IEnumerable<Item> Networks(ClusterState state)
    {
        var json = SnapshotJson.Default;
        foreach (var network in state.Networks.Values)
            yield return new(NetworkItem, JsonSerializer.SerializeToUtf8Bytes(network, json.Network));
        foreach (var network in state.LeavingNetworks.Values)
            yield return new(LeavingNetworkItem, JsonSerializer.SerializeToUtf8Bytes(network, json.Network));
        foreach (var (node, networks) in state.NodeNetworks.Entries)
        {
            foreach (var (network, address) in networks.Entries)
                yield return new(NodeNetworkItem,
                    JsonSerializer.SerializeToUtf8Bytes(new(node, network, address), json.StoredNodeNetwork));
        }
    }

    /// <summary>Throws <see cref="JsonException"/> or <see cref="FoldException"/> for items that are no snapshot.</summary>
    public static ClusterState Read(IEnumerable<Item> items)
    {
        var loader = new SnapshotLoader();
        foreach (var item in items)
            Add(loader, item.Kind, item.Payload);
        return loader.State;
    }

    /// <summary>Adds one item to a snapshot that is being loaded; items come in the order they were written.</summary>
    public static void Add(SnapshotLoader loader, ushort kind, ReadOnlySpan<byte> payload)
    {
        var json = SnapshotJson.Default;
        switch (kind)
        {
            case HeadItem: loader.Head(JsonSerializer.Deserialize(payload, json.SnapshotHead)!.Revision); break;
            case ClusterItem: loader.Add(JsonSerializer.Deserialize(payload, json.Cluster)!); break;
            case NodeItem: loader.Add(JsonSerializer.Deserialize(payload, json.Node)!); break;
            case ServiceItem: loader.Add(JsonSerializer.Deserialize(payload, json.Service)!); break;
            case NetworkItem: loader.Add(JsonSerializer.Deserialize(payload, json.Network)!); break;
            case LeavingNetworkItem: loader.AddLeaving(JsonSerializer.Deserialize(payload, json.Network)!); break;
            case NodeNetworkItem: loader.Add(JsonSerializer.Deserialize(payload, json.StoredNodeNetwork)!); break;
            case RegistryItem: loader.Add(JsonSerializer.Deserialize(payload, json.RegistryCredential)!); break;
            case RegistryAuthItem: loader.Add(JsonSerializer.Deserialize(payload, json.StoredRegistryAuth)!); break;
            case ApiTokenItem: loader.Add(JsonSerializer.Deserialize(payload, json.ApiToken)!); break;
            case SpecItem: loader.Add(JsonSerializer.Deserialize(payload, json.RetainedSpec)!); break;
            case TaskItem: loader.Add(JsonSerializer.Deserialize(payload, json.StoredTask)!); break;
            case FileItem: loader.Add(JsonSerializer.Deserialize(payload, json.ClusterFile)!); break;
            case RevisionItem: loader.Add(JsonSerializer.Deserialize(payload, json.StoredRevision)!); break;
            default:
                throw new JsonException(
                    $"snapshot item kind {kind} is unknown: it was written by a newer version of orch, use that version");
        }
    }

    /// <summary>Tasks of a slot oldest first: the order in a slot is state, and loading keeps the order of the items.</summary>
    private static IEnumerable<TaskRecord> InSlotOrder(ClusterState state)
    {
        foreach (var tasks in state.TasksByService.Values)
        {
            foreach (var id in tasks.All)
                yield return state.Tasks.Get(id) ?? throw new UnreachableException($"task {id} is indexed but not there");
        }
    }
}

public sealed record SnapshotHead(ulong Revision);

/// <summary>One former spec of a service, an item of its own so that no item grows with the history.</summary>
public sealed record StoredRevision(ServiceId Service, ServiceRevision Revision);

/// <summary>A node's own address in a network.</summary>
public sealed record StoredNodeNetwork(NodeId Node, NetworkId Network, string Address);

/// <summary>A task record as stored: the template by reference.</summary>
public sealed record StoredTask(
    TaskId Id, ServiceId Service, ulong SpecVersion, ulong Slot, NodeId SlotNode, NodeId Node, TaskState Desired,
    ObservedStatus Status, Timestamp CreatedAt, Timestamp UpdatedAt, ulong Version, Timestamp NotBefore,
    Timestamp RunningSince, RestartHistory Restarts, IReadOnlyList<AssignedResource>? Resources = null,
    IReadOnlyList<TaskAddress>? Addresses = null)
{
    public static StoredTask From(TaskRecord task) => new(
        task.Id, task.ServiceId, task.Spec.Version, task.Slot.Number, task.Slot.Node, task.NodeId, task.Desired,
        task.Status, task.CreatedAt, task.UpdatedAt, task.Version, task.NotBefore, task.RunningSince, task.Restarts,
        task.Resources, task.Addresses is { Count: > 0 } addresses ? addresses : null);

    public TaskRecord ToRecord(TaskSpec spec) => new()
    {
        Id = Id,
        Slot = new SlotKey(Slot, SlotNode),
        Spec = spec,
        NodeId = Node,
        Desired = Desired,
        Status = Status,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        Version = Version,
        NotBefore = NotBefore,
        RunningSince = RunningSince,
        Restarts = Restarts ?? RestartHistory.None,
        Resources = Resources,
        Addresses = Addresses ?? [],
    };
}

[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(SnapshotHead))]
[JsonSerializable(typeof(Cluster))]
[JsonSerializable(typeof(Node))]
[JsonSerializable(typeof(Service))]
[JsonSerializable(typeof(Network))]
[JsonSerializable(typeof(StoredNodeNetwork))]
[JsonSerializable(typeof(RegistryCredential))]
[JsonSerializable(typeof(StoredRegistryAuth))]
[JsonSerializable(typeof(ApiToken))]
[JsonSerializable(typeof(StoredRevision))]
[JsonSerializable(typeof(RetainedSpec))]
[JsonSerializable(typeof(StoredTask))]
[JsonSerializable(typeof(ClusterFile))]
internal sealed partial class SnapshotJson : JsonSerializerContext;
