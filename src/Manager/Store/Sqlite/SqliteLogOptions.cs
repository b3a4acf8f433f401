namespace Orch.Manager.Store.Sqlite;

/// <summary>How a log on this machine's disk is opened.</summary>
public sealed record SqliteLogOptions
{
    /// <summary>Holds log.db, its write-ahead log, log.head, log.lock and the snapshots; created with mode 0700.</summary>
    public required string Directory { get; init; }

    /// <summary>Keys for records that must be sealed.</summary>
    public IRecordCipher Cipher { get; init; } = NoCipher.Instance;

    /// <summary>Records kept by a compaction for readers that are a little behind.</summary>
    public int KeepTail { get; init; } = 1_000;

    /// <summary>
    /// Opens a log that is shorter than what was once acknowledged, and raises the incarnation, since history was lost.
    /// For an operator who has no better copy; never the default.
    /// </summary>
    public bool AcceptLostTail { get; init; }

    /// <summary>Up to this size the structure of the whole file is checked at opening (some 5 ms per MiB).</summary>
    public long FullCheckMaxBytes { get; init; } = 128L * 1024 * 1024;

    /// <summary>Estimated growth of the write-ahead log after which it is moved into the database.</summary>
    public long CheckpointBytes { get; init; } = 16L * 1024 * 1024;
}
