using System.Text.Json.Serialization;

namespace Orch.Manager.Api.Endpoints;

/// <summary>One line of <c>docker events</c> (docker-api §6.2). Time is in seconds, TimeNano in nanoseconds.</summary>
internal sealed record EventView(
    string Type, string Action, EventActorView Actor,
    [property: JsonPropertyName("scope")] string Scope,
    [property: JsonPropertyName("time")] long Time,
    [property: JsonPropertyName("timeNano")] long TimeNano);

internal sealed record EventActorView(string ID, Dictionary<string, string> Attributes);
