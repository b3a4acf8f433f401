namespace Orch.Manager.Store.Postgres;

/// <summary>How a log in a PostgreSQL database is opened. Several clusters may share a database, each with a schema of its own.</summary>
public sealed record PostgresLogOptions
{
    /// <summary>Npgsql's words for server, database and user; what is said of pooling and timeouts there is replaced.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>Holds the tables; made where it is missing. Lower-case letters, digits and underscores.</summary>
    public string Schema { get; init; } = "orch";

    /// <summary>Keys for records that must be sealed.</summary>
    public IRecordCipher Cipher { get; init; } = NoCipher.Instance;

    /// <summary>Records kept by a compaction for readers that are a little behind.</summary>
    public int KeepTail { get; init; } = 1_000;

    /// <summary>After this the outcome of a call counts as unknown, whatever the driver still waits for.</summary>
    public TimeSpan CallWithin { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The same for what liveness hangs on: renewing, and looking who leads.</summary>
    public TimeSpan LeaderCallWithin { get; init; } = TimeSpan.FromSeconds(0.9);

    /// <summary>A watcher that heard nothing for so long looks by itself: a notification may be lost with its connection.</summary>
    public TimeSpan LookAnyway { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Told what about the server makes an acknowledged write less than safe.</summary>
    public Action<string> Warn { get; init; } = _ => { };

    public TimeProvider Clock { get; init; } = TimeProvider.System;
}
