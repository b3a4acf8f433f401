namespace Orch.Manager.Store;

/// <summary>What every provider says about the place of snapshots and compaction, so that they agree.</summary>
internal static class SnapshotRules
{
    /// <summary>A snapshot is of something committed, and time only goes forward.</summary>
    public static void Check(ulong revision, ulong head, ulong newest)
    {
        if (revision == 0 || revision > head)
            throw new ArgumentException($"A snapshot at revision {revision} of a log whose head is {head}.");
        if (revision < newest)
            throw new ArgumentException($"A snapshot at revision {revision} would replace the newer one at {newest}.");
    }

    /// <summary>A reader may start anywhere between what is compacted and the head; beyond it, it knows of another log.
    /// </summary>
    public static void CheckStart(ulong after, ulong compactedTo, ulong head)
    {
        if (after < compactedTo)
            throw new LogCompactedException(after, compactedTo);
        if (after > head)
            throw new ArgumentException($"Records after revision {after} were asked for, but the head is {head}.");
    }

    public static ulong CompactionTarget(ulong upTo, ulong snapshot, ulong head, ulong keepTail) =>
        Math.Min(Math.Min(upTo, snapshot), head > keepTail ? head - keepTail : 0);

    public static void CheckChunk(int bytes)
    {
        if (bytes > LogLimits.MaxChunkBytes)
            throw new ArgumentException($"A snapshot chunk of {bytes} bytes; the limit is {LogLimits.MaxChunkBytes}.");
    }
}
