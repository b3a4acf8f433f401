using SQLitePCL;

namespace Orch.Manager.Store.Sqlite;

/// <summary>What SQLite answered, before it is told to callers as what it means for the log.</summary>
internal sealed class SqliteFailure(int code, string message) : Exception($"SQLite error {code}: {message}")
{
    private int Primary { get; } = code & 0xff;

    public bool IsFull => Primary == raw.SQLITE_FULL;

    /// <summary>The meaning of a failure while opening, when nothing is in flight yet.</summary>
    public LogException WhileOpening(string path, int? holder) => Primary switch
    {
        raw.SQLITE_BUSY or raw.SQLITE_LOCKED => new LogInUseException(path, holder),
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Corrupt(path),
        raw.SQLITE_FULL => Full(path),
        raw.SQLITE_IOERR => new LogFatalException($"{path}: {Message}. Check the disk and the kernel's log.", this),
        _ => new LogUnavailableException(
            $"{path} cannot be opened for writing: {Message}. Check that the file system is mounted writable and that "
            + "the file belongs to the manager's user.", this),
    };

    /// <summary>The meaning of a failure after which the process has to end.</summary>
    public LogException WhileRunning(string path) => Primary switch
    {
        raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB => Corrupt(path),
        _ => new LogFatalException(
            $"{path}: {Message}. What was not acknowledged may or may not be stored; the manager must start anew. "
            + "Check the disk and the kernel's log.", this),
    };

    public LogFullException Full(string path) =>
        new($"No space left for {path}; nothing was written. Free some space: the log then goes on by itself.", this);

    private LogCorruptException Corrupt(string path) => new(path, null, Message, Advice.Restore);
}
