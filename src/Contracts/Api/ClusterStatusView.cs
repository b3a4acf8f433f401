using System.Text.Json.Serialization;
using Orch.Core.Model;

namespace Orch.Contracts.Api;

/// <summary>
/// The answer of <c>/orch/v1/status</c>: how the cluster does in one small object, and what is wrong in words.
/// </summary>
public sealed record ClusterStatusView
{
    public string ClusterID { get; init; } = "";

    /// <summary>The manager that answered, and the one that leads (the same with an embedded store).</summary>
    public string NodeID { get; init; } = "";
    public string LeaderID { get; init; } = "";
    public string LeaderAddr { get; init; } = "";
    public string Version { get; init; } = "";

    [JsonConverter(typeof(ApiTimeConverter))]
    public Timestamp StartedAt { get; init; }
    public StoreStatusView Store { get; init; } = new();
    public NodeCountsView Nodes { get; init; } = new();
    public TaskCountsView Tasks { get; init; } = new();
    public int Services { get; init; }

    /// <summary>At most a hundred; what an operator would want to know first.</summary>
    public IReadOnlyList<ProblemView> Problems { get; init; } = [];
}

/// <summary>Epoch is incarnation.term; Revision is the newest committed one; sizes are bytes.</summary>
public sealed record StoreStatusView
{
    public string Kind { get; init; } = "";
    public string Location { get; init; } = "";
    public string Epoch { get; init; } = "";
    public ulong Revision { get; init; }
    public ulong SnapshotRevision { get; init; }
    public long SizeBytes { get; init; }
}

public sealed record NodeCountsView
{
    public int Total { get; init; }
    public int Ready { get; init; }
    public int Down { get; init; }
    public int Drained { get; init; }
    public int Managers { get; init; }
}

/// <summary>Wanted is what the services ask for; Waiting is wanted and not yet running.</summary>
public sealed record TaskCountsView
{
    public int Wanted { get; init; }
    public int Running { get; init; }
    public int Waiting { get; init; }
}

/// <summary>Kind is node, service or store; Name is what a user calls it; Message says what is wrong and what helps.</summary>
public sealed record ProblemView(string Kind, string Name, string Message);
