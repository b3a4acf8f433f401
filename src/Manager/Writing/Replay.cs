using Orch.Core.Events;
using Orch.Core.State;
using Orch.Manager.Store;

namespace Orch.Manager.Writing;

/// <summary>Brings the state back from the log: the newest snapshot, then every event after it.</summary>
public static class Replay
{
    /// <exception cref="LogCorruptException">Something stored is damaged; nothing is served from it.</exception>
    /// <exception cref="FoldException">The events do not fit together.</exception>
    public static async Task<ClusterState> RunAsync(IEventLog log, CancellationToken cancellation = default)
    {
        var snapshot = await log.LoadSnapshotAsync(cancellation);
        var state = snapshot is null ? new ClusterState() : await StateStream.ReadAsync(snapshot.Chunks, cancellation);
        if (snapshot is not null && state.Revision != snapshot.Revision)
            throw new FoldException($"the snapshot of revision {snapshot.Revision} holds revision {state.Revision}");
        await foreach (var record in log.ReadAsync(state.Revision, cancellation))
            Fold.Apply(state, EventCodec.Decode(record.Kind, record.Payload.Span), record.Revision, new Changes());
        return state;
    }
}
