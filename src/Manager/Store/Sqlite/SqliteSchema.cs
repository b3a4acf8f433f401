using System.Globalization;

namespace Orch.Manager.Store.Sqlite;

/// <summary>The tables of version 1, and what tells our file from another program's.</summary>
internal static class SqliteSchema
{
    /// <summary>"orch" in ASCII, in SQLite's field for just that.</summary>
    private const int ApplicationId = 0x6f726368;
    private const int Version = 1;

    public static void Create(SqliteDb db)
    {
        if (db.Text("PRAGMA journal_mode = WAL") != "wal")
            throw new LogUnavailableException("SQLite cannot keep a write-ahead log here: use a local file system.");
        db.Execute($"""
            BEGIN IMMEDIATE;
            CREATE TABLE meta (id INTEGER PRIMARY KEY CHECK (id = 1), data BLOB NOT NULL);
            CREATE TABLE record (revision INTEGER PRIMARY KEY, chain INTEGER NOT NULL, data BLOB NOT NULL);
            INSERT INTO meta VALUES (1, x'{Convert.ToHexString(LogMeta.Empty.Encode())}');
            PRAGMA application_id = {ApplicationId};
            PRAGMA user_version = {Version};
            COMMIT;
            """);
    }

    /// <summary>False in a file that SQLite has touched, but in which creation did not get to its commit.</summary>
    public static bool Exists(SqliteDb db) => db.Text("SELECT count(*) FROM sqlite_schema") != "0";

    public static void Check(SqliteDb db, string path)
    {
        if (db.Text("PRAGMA journal_mode") != "wal")
            throw new LogCorruptException(path, null, "it is not in write-ahead mode", Advice.Restore);
        if (Number(db, "PRAGMA application_id") != ApplicationId)
            throw new LogCorruptException(path, null, "it is not a log of orch", Advice.Restore);
        var version = Number(db, "PRAGMA user_version");
        if (version > Version)
            throw new LogUnavailableException(
                $"{path} has schema {version}, this build knows {Version}: run the newer orch that wrote it.");
        if (version != Version)
            throw new LogCorruptException(path, null, $"it has schema {version}", Advice.Restore);
    }

    private static int Number(SqliteDb db, string sql) =>
        int.Parse(db.Text(sql) ?? "0", CultureInfo.InvariantCulture);
}
