using System.Diagnostics;
using Orch.Core.Events;
using Orch.Core.Model;

namespace Orch.Core.State;

/// <summary>
/// state + event → state. Total: an event that was decided on this state always folds; one that does not fit means a
/// damaged log or a bug, and throws rather than go on wrong.
/// </summary>
public static class Fold
{
    /// <summary>Applies one event; durable ones carry the revision the log gave (or will give) them.</summary>
    public static void Apply(ClusterState state, ClusterEvent e, ulong revision, Changes changes)
    {
        if (e.IsDurable)
            state.Revision = revision;
        switch (e)
        {
            case ClusterCreated or ClusterSecretsSet or ClusterSettingsSet:
                FoldCluster(state, e, changes);
                break;
            case NodeJoined or NodeSpecSet or NodeDescribed or NodeStateSet or NodeUnconfirmed or NodeRemoved or NodeManagerAddrSet:
                NodeFold.Apply(state, e, changes);
                break;
            case ServiceCreated or ServiceUpdated or ServiceUpdateProgressed or ServiceRemoved:
                ServiceFold.Apply(state, e, changes);
                break;
            case TaskCreated or TaskAssigned or TaskDesiredSet or TaskRemoved or TaskResult or TaskProgress:
                TaskFold.Apply(state, e, changes);
                break;
            case RegistryLoggedIn or RegistryLoggedOut or ServiceRegistryAuthSet:
                RegistryFold.Apply(state, e);
                break;
            case FileCreated or FileLabelsSet or FileRemoved:
                FileFold.Apply(state, e, changes);
                break;
            case NetworkCreated or NetworkRemoved or NodeNetworkAdded or NodeNetworkRemoved:
                NetworkFold.Apply(state, e, changes);
                break;
            case ApiTokenCreated c:
                state.ApiTokens = state.ApiTokens.With(state.Token, c.Token.Name, c.Token);
                break;
            case ApiTokenRemoved c:
                state.ApiTokens = state.ApiTokens.Without(state.Token, c.Name);
                changes.ApiTokenRemoved = true;
                break;
            default:
                throw new UnreachableException($"no fold for {e.GetType().Name}");
        }
    }

    private static void FoldCluster(ClusterState state, ClusterEvent e, Changes changes)
    {
        changes.ClusterItself = true;
        state.Cluster = e switch
        {
            ClusterCreated c => new Cluster
            {
                Id = c.Id,
                CreatedAt = c.At,
                UpdatedAt = c.At,
                Version = state.Revision,
            },
            ClusterSecretsSet s => Existing(state) with
            {
                SecretsSealed = s.Sealed,
                UpdatedAt = s.At,
                Version = state.Revision,
            },
            ClusterSettingsSet s => Existing(state) with
            {
                Settings = s.Settings,
                UpdatedAt = s.At,
                Version = state.Revision,
            },
            _ => throw new UnreachableException(),
        };
    }

    private static Cluster Existing(ClusterState state) =>
        state.Cluster ?? throw new FoldException("the cluster was never created");
}

/// <summary>An event does not fit the state: the log is damaged, or two leaders wrote. Never continue after it.</summary>
public sealed class FoldException(string message) : Exception(message);
