namespace Orch.Manager.Store;

/// <summary>The log cannot do what was asked; the message says what is wrong, where, and what to do next.</summary>
public class LogException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>
/// The storage failed in a way after which nothing that is not yet acknowledged can be trusted, such as a failed
/// fsync. The process must end: only opening anew finds out what is stored.
/// </summary>
public sealed class LogFatalException(string message, Exception? inner = null) : LogException(message, inner);

/// <summary>The storage has no space. Nothing was written; the same call works once there is space again.</summary>
public sealed class LogFullException(string message, Exception? inner = null) : LogException(message, inner);

/// <summary>The log cannot be opened here: read-only file system, missing right, no such place.</summary>
public sealed class LogUnavailableException(string message, Exception? inner = null) : LogException(message, inner);

/// <summary>Another process has this log open.</summary>
public sealed class LogInUseException(string path, int? holder)
    : LogException($"{path} is in use by another manager{(holder is { } pid ? $" (pid {pid})" : "")}. "
        + "Two managers cannot share one data directory: stop that one, or choose another --data-root.")
{
    public string Path { get; } = path;

    /// <summary>Process id of the holder, where it could be found out.</summary>
    public int? Holder { get; } = holder;
}

/// <summary>What is stored is damaged. Nothing wrong was or will be handed out; a person has to decide.</summary>
public sealed class LogCorruptException(string path, ulong? revision, string problem, string advice)
    : LogException($"{path}{(revision is { } at ? $", revision {at}" : "")}: {problem}. {advice}")
{
    public string Path { get; } = path;

    /// <summary>The first revision that is damaged or missing, where it is known.</summary>
    public ulong? Revision { get; } = revision;
}

/// <summary>Records asked for were compacted away; everything up to a revision is in the snapshot.</summary>
public sealed class LogCompactedException(ulong asked, ulong compactedTo)
    : LogException($"Records after revision {asked} were asked for, but those up to {compactedTo} are compacted. "
        + "Load the snapshot and read on from there.")
{
    public ulong CompactedTo { get; } = compactedTo;
}

/// <summary>A sealed record needs a key that this manager does not hold (yet). Nothing was written.</summary>
public sealed class LogLockedException(uint keyId)
    : LogException(keyId == 0
        ? "The event must be sealed, but this manager holds no key: unlock it first."
        : $"A record is sealed with key {keyId}, which this manager does not hold: unlock it, or bring the key.")
{
    public uint KeyId { get; } = keyId;
}
