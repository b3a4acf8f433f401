using System.Text.Json.Serialization;
using Orch.Core.Model.Specs;

namespace Orch.Contracts.Api;

/// <summary>The cluster as the API shows it (docker-api §4.7). JoinTokens only in <c>GET /swarm</c>, never in info.</summary>
public sealed record SwarmView : ObjectView
{
    public ClusterSpecView Spec { get; set; } = new();
    public TlsInfoView TLSInfo { get; set; } = new();
    public bool RootRotationInProgress { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public IReadOnlyList<string>? DefaultAddrPool { get; set; }
    public uint SubnetSize { get; set; }
    public uint DataPathPort { get; set; }
    public JoinTokensView? JoinTokens { get; set; }
}

/// <summary>What a machine shows to become a worker or a manager. A secret: whoever has it can join.</summary>
public sealed record JoinTokensView(string Worker, string Manager)
{
    public override string ToString() => "JoinTokensView { redacted }";
}

/// <summary>Cluster-wide settings; durations are nanoseconds.</summary>
public sealed record ClusterSpecView : SpecObject
{
    public string Name { get; set; } = "default";
    public Dictionary<string, string> Labels { get; set; } = [];
    public OrchestrationView Orchestration { get; set; } = new();
    public RaftView Raft { get; set; } = new();
    public DispatcherView Dispatcher { get; set; } = new();
    public CaConfigView CAConfig { get; set; } = new();
    public TaskDefaultsView TaskDefaults { get; set; } = new();
    public EncryptionView EncryptionConfig { get; set; } = new();
}

public sealed record OrchestrationView : SpecObject
{
    public long? TaskHistoryRetentionLimit { get; set; }
}

/// <summary>Numbers of a Raft that orch does not have: shown because Docker's clients read them, never acted on.</summary>
public sealed record RaftView : SpecObject
{
    public ulong SnapshotInterval { get; set; }
    public ulong? KeepOldSnapshots { get; set; }
    public ulong LogEntriesForSlowFollowers { get; set; }
    public int ElectionTick { get; set; }
    public int HeartbeatTick { get; set; }
}

public sealed record DispatcherView : SpecObject
{
    public long? HeartbeatPeriod { get; set; }
}

public sealed record CaConfigView : SpecObject
{
    public long? NodeCertExpiry { get; set; }
}

public sealed record TaskDefaultsView : SpecObject
{
    public DriverConfig? LogDriver { get; set; }
}

public sealed record EncryptionView : SpecObject
{
    public bool AutoLockManagers { get; set; }
}
