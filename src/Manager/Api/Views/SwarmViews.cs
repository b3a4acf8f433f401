using Orch.Contracts.Api;
using Orch.Core.Model;

namespace Orch.Manager.Api.Views;

/// <summary>The cluster as Docker shows it (docker-api §4.7). Pure.</summary>
public static class SwarmViews
{
    private const long Second = 1_000_000_000;

    public static SwarmView Of(Cluster cluster, TlsInfoView tls, JoinTokensView? tokens = null) => new()
    {
        ID = cluster.Id.ToString(),
        Version = new(cluster.Version),
        CreatedAt = cluster.CreatedAt,
        UpdatedAt = cluster.UpdatedAt.IsNever ? cluster.CreatedAt : cluster.UpdatedAt,
        Spec = SpecOf(cluster),
        TLSInfo = tls,
        DefaultAddrPool = [.. cluster.Settings.AddressPools.Select(block => block.ToString())],
        SubnetSize = (uint)cluster.Settings.SubnetLength,
        DataPathPort = 4789,
        JoinTokens = tokens,
    };

    public static ClusterSpecView SpecOf(Cluster cluster) => new()
    {
        Name = cluster.Name,
        Orchestration = new() { TaskHistoryRetentionLimit = cluster.Settings.TaskHistoryLimit },
        Raft = new()
        {
            SnapshotInterval = 10000,
            KeepOldSnapshots = 0,
            LogEntriesForSlowFollowers = 500,
            ElectionTick = 10,
            HeartbeatTick = 1,
        },
        Dispatcher = new() { HeartbeatPeriod = Second / 2 },
        CAConfig = new() { NodeCertExpiry = 90 * 24 * 3600 * Second },
    };
}
