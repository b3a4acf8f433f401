namespace Orch.Core.Model;

/// <summary>The cluster itself. SecretsSealed is opaque here: the CA key and join secrets, enveloped by the manager.</summary>
public sealed record Cluster
{
    public required ClusterId Id { get; init; }
    public string Name { get; init; } = "default";
    public required Timestamp CreatedAt { get; init; }
    public Timestamp UpdatedAt { get; init; }
    public ulong Version { get; init; }
    public byte[]? SecretsSealed { get; init; }
    public ClusterSettings Settings { get; init; } = new();
}

/// <summary>What <c>swarm update</c> may change.</summary>
public sealed record ClusterSettings
{
    /// <summary>Finished tasks kept per slot.</summary>
    public int TaskHistoryLimit { get; init; } = 5;
}
