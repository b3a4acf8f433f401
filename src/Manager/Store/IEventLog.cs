using Orch.Core.Model;

namespace Orch.Manager.Store;

/// <summary>
/// The narrow waist between the manager and whatever stores its events. Revisions are dense and start at 1; an append
/// is all or nothing and durable when it returns. Refusals come back as values; an exception from a call that writes
/// means that its outcome is unknown, except for <see cref="LogFullException"/>, <see cref="LogLockedException"/> and
/// <see cref="ArgumentException"/>, after which nothing was written. A cancelled call was either not begun
/// (<see cref="OperationCanceledException"/>) or runs to its end; one handle may be used by several callers at once.
/// </summary>
public interface IEventLog : IAsyncDisposable
{
    /// <summary>Opens or creates the log and says where it stands. Called once, before anything else.</summary>
    ValueTask<LogHead> OpenAsync(CancellationToken cancellation = default);

    /// <summary>
    /// Takes the leadership if the epoch still is <paramref name="seen"/>. Of several candidates that saw the same
    /// epoch exactly one wins. Whether the present leader is alive is the caller's judgement, not the log's.
    /// </summary>
    ValueTask<CampaignResult> CampaignAsync(
        Epoch seen, LeaderInfo candidate, EpochStep step = EpochStep.Term, CancellationToken cancellation = default);

    /// <summary>Shows that the leader lives, by raising a counter apart from the epoch: no append can fail by it.</summary>
    ValueTask<RenewResult> RenewAsync(Epoch epoch, CancellationToken cancellation = default);

    /// <summary>Gives the leadership back at a clean stop; appends at this epoch are refused from here on. Does nothing
    /// when the epoch has moved already.</summary>
    ValueTask ResignAsync(Epoch epoch, CancellationToken cancellation = default);

    /// <summary>What a standby watches: who leads, at which epoch, and whether the counter advances.</summary>
    ValueTask<LeaderView> ReadLeaderAsync(CancellationToken cancellation = default);

    /// <summary>
    /// Stores the events as the revisions after <paramref name="expectedRevision"/>, in one transaction that also
    /// compares the epoch and the head. An empty list only makes these comparisons.
    /// </summary>
    ValueTask<AppendResult> AppendAsync(
        Epoch epoch, ulong expectedRevision, IReadOnlyList<EventData> events, CancellationToken cancellation = default);

    /// <summary>Reads what is stored after a revision, up to the head at the time of the call, without gaps.</summary>
    /// <exception cref="ArgumentException">The revision is beyond the head: the caller knows of another log.</exception>
    /// <exception cref="LogCompactedException">Records after that revision are gone: load the snapshot.</exception>
    /// <exception cref="LogCorruptException">A record is damaged; nothing wrong was handed out before.</exception>
    IAsyncEnumerable<LogRecord> ReadAsync(ulong afterRevision, CancellationToken cancellation = default);

    /// <summary>Reads like <see cref="ReadAsync"/>, then goes on with what is appended, until cancelled or disposed.
    /// Batches are never empty.</summary>
    IAsyncEnumerable<IReadOnlyList<LogRecord>> WatchAsync(ulong afterRevision, CancellationToken cancellation = default);

    /// <summary>
    /// Stores the state at a committed revision in place of all older snapshots. Chunks are pulled one by one, at most
    /// <see cref="LogLimits.MaxChunkBytes"/> each, come back with the same boundaries, and may reuse one buffer.
    /// A failure leaves the previous snapshot in place.
    /// </summary>
    ValueTask SaveSnapshotAsync(
        ulong revision, IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, CancellationToken cancellation = default);

    /// <summary>The newest snapshot, or null when none was ever saved. Checksums are verified while it is read.</summary>
    ValueTask<LogSnapshot?> LoadSnapshotAsync(CancellationToken cancellation = default);

    /// <summary>
    /// Drops records up to a revision, but never beyond the newest snapshot, and keeps a tail for followers that are a
    /// little behind. Returns the highest revision dropped so far.
    /// </summary>
    ValueTask<ulong> CompactAsync(ulong upToRevision, CancellationToken cancellation = default);

    /// <summary>About how many bytes the log takes in its store, for people.</summary>
    ValueTask<long> MeasureAsync(CancellationToken cancellation = default);
}
