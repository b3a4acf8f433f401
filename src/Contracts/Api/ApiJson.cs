using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Orch.Core.Model.Specs;

namespace Orch.Contracts.Api;

/// <summary>
/// The API's objects to and from Docker's JSON: names in exactly Docker's case when written and in any case when read,
/// null members left out (those Docker shows as null say so themselves), lists at top level never null.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    MaxDepth = 64)]
[JsonSerializable(typeof(ServiceView))]
[JsonSerializable(typeof(IReadOnlyList<ServiceView>))]
[JsonSerializable(typeof(List<ServiceView>))]
[JsonSerializable(typeof(TaskView))]
[JsonSerializable(typeof(IReadOnlyList<TaskView>))]
[JsonSerializable(typeof(List<TaskView>))]
[JsonSerializable(typeof(NodeView))]
[JsonSerializable(typeof(IReadOnlyList<NodeView>))]
[JsonSerializable(typeof(List<NodeView>))]
[JsonSerializable(typeof(InfoView))]
[JsonSerializable(typeof(VersionView))]
[JsonSerializable(typeof(SwarmView))]
[JsonSerializable(typeof(ClusterSpecView))]
[JsonSerializable(typeof(ServiceSpec))]
[JsonSerializable(typeof(NodeSpec))]
[JsonSerializable(typeof(FileView))]
[JsonSerializable(typeof(IReadOnlyList<FileView>))]
[JsonSerializable(typeof(List<FileView>))]
[JsonSerializable(typeof(FileSpec))]
[JsonSerializable(typeof(NetworkSpec))]
[JsonSerializable(typeof(NetworkView))]
[JsonSerializable(typeof(List<NetworkView>))]
[JsonSerializable(typeof(NetworkCreatedView))]
[JsonSerializable(typeof(NetworksPrunedView))]
[JsonSerializable(typeof(NetworkDetailView))]
[JsonSerializable(typeof(NetworkChecksView))]
[JsonSerializable(typeof(List<PoolView>))]
[JsonSerializable(typeof(PoolsToAdd))]
[JsonSerializable(typeof(PortView))]
[JsonSerializable(typeof(List<PortView>))]
[JsonSerializable(typeof(DnsAnswerView))]
[JsonSerializable(typeof(ReplaceResponse))]
[JsonSerializable(typeof(RevisionView))]
[JsonSerializable(typeof(IReadOnlyList<RevisionView>))]
[JsonSerializable(typeof(List<RevisionView>))]
[JsonSerializable(typeof(ErrorView))]
[JsonSerializable(typeof(CreateResponse))]
[JsonSerializable(typeof(UpdateResponse))]
[JsonSerializable(typeof(WatchEvent))]
[JsonSerializable(typeof(ClusterStatusView))]
[JsonSerializable(typeof(RegistryView))]
[JsonSerializable(typeof(List<RegistryView>))]
[JsonSerializable(typeof(RegistryLogin))]
[JsonSerializable(typeof(DistributionView))]
[JsonSerializable(typeof(ApiTokenView))]
[JsonSerializable(typeof(IReadOnlyList<ApiTokenView>))]
[JsonSerializable(typeof(List<ApiTokenView>))]
[JsonSerializable(typeof(ApiTokenRequest))]
[JsonSerializable(typeof(ApiTokenSecret))]
[JsonSerializable(typeof(JsonElement))]
public sealed partial class ApiJson : JsonSerializerContext
{
    /// <summary>UTF-8 JSON of a view: <c>ApiJson.Write(view, ApiJson.Default.ServiceView)</c>.</summary>
    public static byte[] Write<T>(T value, JsonTypeInfo<T> type) => JsonSerializer.SerializeToUtf8Bytes(value, type);

    /// <summary>Throws <see cref="JsonException"/> with path and position, also for a null document.</summary>
    public static T Read<T>(ReadOnlySpan<byte> utf8, JsonTypeInfo<T> type) where T : class =>
        JsonSerializer.Deserialize(utf8, type) ?? throw new JsonException("an object was expected, not null");
}
