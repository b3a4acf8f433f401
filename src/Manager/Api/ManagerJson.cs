using System.Text.Json.Serialization;
using Orch.Manager.Api.Endpoints;
using Orch.Manager.Api.Views;
using Orch.Manager.Leadership;

namespace Orch.Manager.Api;

/// <summary>Shapes that only the manager needs; everything else is in <see cref="Contracts.Api.ApiJson"/>.</summary>
[JsonSourceGenerationOptions(PropertyNameCaseInsensitive = true, MaxDepth = 64)]
[JsonSerializable(typeof(NodeSpecBody))]
[JsonSerializable(typeof(UnlockKeyView))]
[JsonSerializable(typeof(NoVolumesView))]
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(FollowerReport))]
internal sealed partial class ManagerJson : JsonSerializerContext;
