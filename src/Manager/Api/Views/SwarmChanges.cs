using System.Text.Json;
using Orch.Contracts.Api;
using Orch.Core.Model;

namespace Orch.Manager.Api.Views;

/// <summary>Which change of the cluster's settings cannot be carried out: none is accepted and dropped. Pure.</summary>
public static class SwarmChanges
{
    /// <summary>Null, or the first setting that this cluster has no such knob for. What is absent or zero was not asked for.</summary>
    public static string? Unsupported(Cluster cluster, ClusterSpecView wanted)
    {
        var now = SwarmViews.SpecOf(cluster);
        return wanted.EncryptionConfig.AutoLockManagers ? "auto-lock"
            : wanted.Name is not "" && wanted.Name != now.Name ? "renaming the cluster"
            : wanted.Labels.Count > 0 ? "labels of the cluster"
            : Changes(wanted.Dispatcher.HeartbeatPeriod, now.Dispatcher.HeartbeatPeriod) ? "another heartbeat period"
            : wanted.TaskDefaults.LogDriver is not null ? "a default log driver"
            : OfCertificates(wanted.CAConfig, now.CAConfig) ?? OfLog(wanted.Raft, now.Raft);
    }

    private static string? OfCertificates(CaConfigView wanted, CaConfigView now)
    {
        if (Changes(wanted.NodeCertExpiry, now.NodeCertExpiry))
            return "another life time of node certificates";
        foreach (var (name, value) in wanted.Unknown ?? [])
        {
            // Zero, empty and absent are how Go clients say that they want nothing of it.
            var asked = value.ValueKind switch
            {
                JsonValueKind.Number => value.GetRawText() is not "0",
                JsonValueKind.String => value.GetString() is { Length: > 0 },
                JsonValueKind.Array => value.GetArrayLength() > 0,
                _ => false,
            };
            if (asked)
                return name.Equals("ExternalCAs", StringComparison.OrdinalIgnoreCase) ? "an external CA" : "rotating the cluster's CA";
        }
        return null;
    }

    private static string? OfLog(RaftView wanted, RaftView now) =>
        Changes((long)wanted.SnapshotInterval, (long)now.SnapshotInterval) ? "another snapshot interval"
        : Changes((long?)wanted.KeepOldSnapshots, (long?)now.KeepOldSnapshots) ? "keeping old snapshots"
        : Changes((long)wanted.LogEntriesForSlowFollowers, (long)now.LogEntriesForSlowFollowers) ? "keeping more of the log"
        : Changes(wanted.ElectionTick, now.ElectionTick) || Changes(wanted.HeartbeatTick, now.HeartbeatTick) ? "other ticks of Raft" : null;

    private static bool Changes(long? wanted, long? now) => wanted is not (null or 0) && wanted != now;
}
