using System.Text.Json.Serialization;
using Orch.Core.Model;

namespace Orch.Contracts.Api;

/// <summary>
/// The answer of <c>/orch/v1/status</c>: how the cluster does in one small object, and what is wrong in words.
/// </summary>
public sealed record ClusterStatusView
{
    public string ClusterID { get; set; } = "";

    /// <summary>The manager that answered, and the one that leads (the same with an embedded store).</summary>
    public string NodeID { get; set; } = "";
    public string LeaderID { get; set; } = "";
    public string LeaderAddr { get; set; } = "";
    public string Version { get; set; } = "";

    [JsonConverter(typeof(ApiTimeConverter))]
    public Timestamp StartedAt { get; set; }
    public StoreStatusView Store { get; set; } = new();
    public NodeCountsView Nodes { get; set; } = new();
    public TaskCountsView Tasks { get; set; } = new();
    public int Services { get; set; }
    public IReadOnlyList<ManagerHealthView> Managers { get; set; } = [];

    /// <summary>At most a hundred; what an operator would want to know first.</summary>
    public IReadOnlyList<ProblemView> Problems { get; set; } = [];
}

/// <summary>Epoch is incarnation.term; Revision is the newest committed one; sizes are bytes.</summary>
public sealed record StoreStatusView
{
    public string Kind { get; set; } = "";
    public string Location { get; set; } = "";
    public string Epoch { get; set; } = "";
    public ulong Revision { get; set; }
    public ulong SnapshotRevision { get; set; }
    public long SizeBytes { get; set; }

    /// <summary>What about the store makes an acknowledged write less than safe.</summary>
    public IReadOnlyList<string> Warnings { get; set; } = [];
}

public sealed record NodeCountsView
{
    public int Total { get; set; }
    public int Ready { get; set; }
    public int Down { get; set; }
    public int Drained { get; set; }
    public int Managers { get; set; }
}

/// <summary>Wanted is what the services ask for; Waiting is wanted and not yet running.</summary>
public sealed record TaskCountsView
{
    public int Wanted { get; set; }
    public int Running { get; set; }
    public int Waiting { get; set; }
}

/// <summary>Kind is node, manager, service or store; Name is what a user calls it; Message says what is wrong and what helps.</summary>
public sealed record ProblemView(string Kind, string Name, string Message);
