using System.Text.Json.Serialization;

namespace Orch.Core.Model.Specs;

/// <summary>What the user asks of a node.</summary>
public sealed record NodeSpec : SpecObject
{
    public string? Name { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    public NodeRole Role { get; init; } = NodeRole.Worker;
    public NodeAvailability Availability { get; init; } = NodeAvailability.Active;
}

[JsonConverter(typeof(JsonStringEnumConverter<NodeRole>))]
public enum NodeRole
{
    [JsonStringEnumMemberName("worker")] Worker = 0,
    [JsonStringEnumMemberName("manager")] Manager = 1,
}

/// <summary>active takes tasks, pause takes no new ones, drain moves its tasks away.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NodeAvailability>))]
public enum NodeAvailability
{
    [JsonStringEnumMemberName("active")] Active = 0,
    [JsonStringEnumMemberName("pause")] Pause = 1,
    [JsonStringEnumMemberName("drain")] Drain = 2,
}
