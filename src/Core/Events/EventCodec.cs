using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Orch.Core.Events;

/// <summary>Event ↔ (kind number, JSON payload). Numbers are stored: append only, never reuse.</summary>
public static class EventCodec
{
    public static ushort KindOf(ClusterEvent e) => e switch
    {
        ClusterCreated => 1,
        ClusterSecretsSet => 2,
        ClusterSettingsSet => 3,
        NodeJoined => 10,
        NodeSpecSet => 11,
        NodeDescribed => 12,
        NodeStateSet => 13,
        NodeRemoved => 14,
        NodeManagerAddrSet => 15,
        ServiceCreated => 20,
        ServiceUpdated => 21,
        ServiceUpdateProgressed => 22,
        ServiceRemoved => 23,
        TaskCreated => 30,
        TaskAssigned => 31,
        TaskDesiredSet => 32,
        TaskRemoved => 33,
        TaskResult => 34,
        FileCreated => 40,
        FileLabelsSet => 41,
        FileRemoved => 42,
        NetworkCreated => 50,
        NetworkRemoved => 51,
        NodeNetworkAdded => 52,
        NodeNetworkRemoved => 53,
        RegistryLoggedIn => 60,
        RegistryLoggedOut => 61,
        ServiceRegistryAuthSet => 62,
        ApiTokenCreated => 70,
        ApiTokenRemoved => 71,
        _ => throw new UnreachableException($"{e.GetType().Name} is not stored"),
    };

    private static Type TypeOf(ushort kind) => kind switch
    {
        1 => typeof(ClusterCreated),
        2 => typeof(ClusterSecretsSet),
        3 => typeof(ClusterSettingsSet),
        10 => typeof(NodeJoined),
        11 => typeof(NodeSpecSet),
        12 => typeof(NodeDescribed),
        13 => typeof(NodeStateSet),
        14 => typeof(NodeRemoved),
        15 => typeof(NodeManagerAddrSet),
        20 => typeof(ServiceCreated),
        21 => typeof(ServiceUpdated),
        22 => typeof(ServiceUpdateProgressed),
        23 => typeof(ServiceRemoved),
        30 => typeof(TaskCreated),
        31 => typeof(TaskAssigned),
        32 => typeof(TaskDesiredSet),
        33 => typeof(TaskRemoved),
        34 => typeof(TaskResult),
        40 => typeof(FileCreated),
        41 => typeof(FileLabelsSet),
        42 => typeof(FileRemoved),
        50 => typeof(NetworkCreated),
        51 => typeof(NetworkRemoved),
        52 => typeof(NodeNetworkAdded),
        53 => typeof(NodeNetworkRemoved),
        60 => typeof(RegistryLoggedIn),
        61 => typeof(RegistryLoggedOut),
        62 => typeof(ServiceRegistryAuthSet),
        70 => typeof(ApiTokenCreated),
        71 => typeof(ApiTokenRemoved),
        _ => throw new JsonException(
            $"event kind {kind} is unknown: the log was written by a newer version of orch, use that version"),
    };

    public static byte[] Encode(ClusterEvent e) => JsonSerializer.SerializeToUtf8Bytes(e, EventJson.Default.TypeInfoOf(e.GetType()));

    /// <summary>Throws <see cref="JsonException"/> for an unknown kind, a missing member or text that is not JSON.</summary>
    public static ClusterEvent Decode(ushort kind, ReadOnlySpan<byte> payload) =>
        (ClusterEvent?)JsonSerializer.Deserialize(payload, EventJson.Default.TypeInfoOf(TypeOf(kind)))
        ?? throw new JsonException($"event of kind {kind} is null");
}

// Only nulls are left out: a zero that is left out comes back as the member's initial value (a history limit of 0 as 5),
// and a required member that is left out cannot be read at all.
[JsonSourceGenerationOptions(
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    IgnoreReadOnlyProperties = true,
    RespectNullableAnnotations = true)]
[JsonSerializable(typeof(ClusterCreated))]
[JsonSerializable(typeof(ClusterSecretsSet))]
[JsonSerializable(typeof(ClusterSettingsSet))]
[JsonSerializable(typeof(NodeJoined))]
[JsonSerializable(typeof(NodeSpecSet))]
[JsonSerializable(typeof(NodeDescribed))]
[JsonSerializable(typeof(NodeStateSet))]
[JsonSerializable(typeof(NodeRemoved))]
[JsonSerializable(typeof(NodeManagerAddrSet))]
[JsonSerializable(typeof(ServiceCreated))]
[JsonSerializable(typeof(ServiceUpdated))]
[JsonSerializable(typeof(ServiceUpdateProgressed))]
[JsonSerializable(typeof(ServiceRemoved))]
[JsonSerializable(typeof(TaskCreated))]
[JsonSerializable(typeof(TaskAssigned))]
[JsonSerializable(typeof(TaskDesiredSet))]
[JsonSerializable(typeof(TaskRemoved))]
[JsonSerializable(typeof(TaskResult))]
[JsonSerializable(typeof(FileCreated))]
[JsonSerializable(typeof(FileLabelsSet))]
[JsonSerializable(typeof(FileRemoved))]
[JsonSerializable(typeof(NetworkCreated))]
[JsonSerializable(typeof(NetworkRemoved))]
[JsonSerializable(typeof(NodeNetworkAdded))]
[JsonSerializable(typeof(NodeNetworkRemoved))]
[JsonSerializable(typeof(RegistryLoggedIn))]
[JsonSerializable(typeof(RegistryLoggedOut))]
[JsonSerializable(typeof(ServiceRegistryAuthSet))]
[JsonSerializable(typeof(ApiTokenCreated))]
[JsonSerializable(typeof(ApiTokenRemoved))]
internal sealed partial class EventJson : JsonSerializerContext
{
    public System.Text.Json.Serialization.Metadata.JsonTypeInfo TypeInfoOf(Type type) =>
        GetTypeInfo(type) ?? throw new UnreachableException($"{type.Name} has no JSON contract");
}
