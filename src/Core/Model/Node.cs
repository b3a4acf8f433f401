using System.Text.Json.Serialization;
using Orch.Core.Model.Specs;

namespace Orch.Core.Model;

/// <summary>A machine of the cluster: what the user asks of it, what it said of itself, and its last known state.</summary>
public sealed record Node
{
    public required NodeId Id { get; init; }
    public required NodeSpec Spec { get; init; }
    public required Timestamp CreatedAt { get; init; }
    public Timestamp UpdatedAt { get; init; }
    public ulong Version { get; init; }
    public NodeDescription Description { get; init; } = NodeDescription.Empty;
    public NodeState State { get; init; } = NodeState.Unknown;
    public string? StateMessage { get; init; }

    /// <summary>The address that other machines reach it by.</summary>
    public string Address { get; init; } = "";

    /// <summary>HOST:PORT that a manager answers on; null for workers, and for managers that have not said it yet.</summary>
    public string? ManagerAddr { get; init; }

    /// <summary>The address that they send packets of networks to.</summary>
    public string DataAddress => Description.DataPathAddress ?? Address;

    public bool TakesNewTasks => State == NodeState.Ready && Spec.Availability == NodeAvailability.Active
        && Description.EngineProblem is null;

    /// <summary>Tasks on it must be replaced elsewhere.</summary>
    public bool LosesTasks => State == NodeState.Down || Spec.Availability == NodeAvailability.Drain;
}

[JsonConverter(typeof(JsonStringEnumConverter<NodeState>))]
public enum NodeState
{
    [JsonStringEnumMemberName("unknown")] Unknown = 0,
    [JsonStringEnumMemberName("down")] Down = 1,
    [JsonStringEnumMemberName("ready")] Ready = 2,
    [JsonStringEnumMemberName("disconnected")] Disconnected = 3,
}

/// <summary>What an agent says of its machine. Architecture is the kernel's word (x86_64).</summary>
public sealed record NodeDescription
{
    public static readonly NodeDescription Empty = new();
    public string Hostname { get; init; } = "";
    public string Architecture { get; init; } = "";
    public string Os { get; init; } = "linux";
    public long NanoCpus { get; init; }
    public long MemoryBytes { get; init; }
    public string EngineVersion { get; init; } = "";
    public Dictionary<string, string>? EngineLabels { get; init; }
    public List<EnginePlugin>? Plugins { get; init; }

    /// <summary>Counted resources by kind, and named ones as kind → names.</summary>
    public Dictionary<string, long>? GenericCounts { get; init; }
    public Dictionary<string, List<string>>? GenericNames { get; init; }

    /// <summary>Where other machines send packets of networks; null: where they reach it.</summary>
    public string? DataPathAddress { get; init; }

    /// <summary>Null while the engine answers.</summary>
    public string? EngineProblem { get; init; }
}

public sealed record EnginePlugin(string Type, string Name);
