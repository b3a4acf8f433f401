using Microsoft.Extensions.Logging;
using Orch.Manager.Store;

namespace Orch.Manager.Writing;

/// <summary>
/// Saves a snapshot every so many events and lets the log drop what it covers, so that a restart replays a bounded tail.
/// Works on committed views beside the writer; a failure costs nothing but a longer replay and is tried again.
/// </summary>
public sealed class SnapshotKeeper(ClusterStore store, IEventLog log, ILogger<SnapshotKeeper> logger, ulong every = 20_000)
{
    public async Task RunAsync(ulong newestSnapshot, CancellationToken stopping)
    {
        var saved = newestSnapshot;
        await foreach (var published in store.WatchAsync(stopping))
        {
            var view = published.View;
            if (view.Revision < saved + every)
                continue;
            try
            {
                await log.SaveSnapshotAsync(view.Revision, StateStream.WriteAsync(view, stopping), stopping);
                await log.CompactAsync(view.Revision, stopping);
            }
            catch (LogException e) when (e is not LogFatalException)
            {
                logger.LogWarning(e, "no snapshot at revision {Revision}; the log grows until one succeeds", view.Revision);
            }
            saved = view.Revision;
        }
    }
}
