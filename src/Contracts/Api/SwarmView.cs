using System.Text.Json.Serialization;
using Orch.Core.Model.Specs;

namespace Orch.Contracts.Api;

/// <summary>The cluster as the API shows it (docker-api §4.7). JoinTokens only in <c>GET /swarm</c>, never in info.</summary>
public sealed record SwarmView : ObjectView
{
    public ClusterSpecView Spec { get; init; } = new();
    public TlsInfoView TLSInfo { get; init; } = new();
    public bool RootRotationInProgress { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? DefaultAddrPool { get; init; }
    public uint SubnetSize { get; init; }
    public uint DataPathPort { get; init; }
    public JoinTokensView? JoinTokens { get; init; }
}

/// <summary>What a machine shows to become a worker or a manager. A secret: whoever has it can join.</summary>
public sealed record JoinTokensView(string Worker, string Manager)
{
    public override string ToString() => "JoinTokensView { redacted }";
}

/// <summary>Cluster-wide settings; durations are nanoseconds.</summary>
public sealed record ClusterSpecView : SpecObject
{
    public string Name { get; init; } = "default";
    public Dictionary<string, string> Labels { get; init; } = [];
    public OrchestrationView Orchestration { get; init; } = new();
    public RaftView Raft { get; init; } = new();
    public DispatcherView Dispatcher { get; init; } = new();
    public CaConfigView CAConfig { get; init; } = new();
    public TaskDefaultsView TaskDefaults { get; init; } = new();
    public EncryptionView EncryptionConfig { get; init; } = new();
}

public sealed record OrchestrationView : SpecObject
{
    public long? TaskHistoryRetentionLimit { get; init; }
}

/// <summary>Numbers of a Raft that orch does not have: shown because Docker's clients read them, never acted on.</summary>
public sealed record RaftView : SpecObject
{
    public ulong SnapshotInterval { get; init; }
    public ulong? KeepOldSnapshots { get; init; }
    public ulong LogEntriesForSlowFollowers { get; init; }
    public int ElectionTick { get; init; }
    public int HeartbeatTick { get; init; }
}

public sealed record DispatcherView : SpecObject
{
    public long? HeartbeatPeriod { get; init; }
}

public sealed record CaConfigView : SpecObject
{
    public long? NodeCertExpiry { get; init; }
}

public sealed record TaskDefaultsView : SpecObject
{
    public DriverConfig? LogDriver { get; init; }
}

public sealed record EncryptionView : SpecObject
{
    public bool AutoLockManagers { get; init; }
}
