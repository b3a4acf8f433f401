using SQLitePCL;

namespace Orch.Manager.Store.Sqlite;

/// <summary>One connection, used by one thread, which alone holds the database while it is open.</summary>
internal sealed class SqliteDb : IDisposable
{
    private const int NoCheckpointOnClose = 1006;

    private readonly sqlite3 _handle;
    private readonly List<SqliteStatement> _statements = [];

    private SqliteDb(sqlite3 handle) => _handle = handle;

    /// <summary>Opens without writing anything; closing leaves the files alone until <see cref="Trust"/>.</summary>
    public static SqliteDb Open(string path)
    {
        _ = SqliteNative.Version;
        var code = raw.sqlite3_open_v2(path, out var handle, raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX, null);
        if (code != raw.SQLITE_OK)
        {
            using (handle)
                throw new SqliteFailure(code, raw.sqlite3_errstr(code).utf8_to_string());
        }
        var db = new SqliteDb(handle);
        try
        {
            raw.sqlite3_extended_result_codes(handle, 1);
            db.Check(raw.sqlite3_db_config(handle, NoCheckpointOnClose, 1, out _));
            // Exclusive before the first read: no shared memory, and no second process can slip in.
            db.Execute("PRAGMA locking_mode = EXCLUSIVE");
            db.Execute("PRAGMA synchronous = FULL");
            db.Execute("PRAGMA trusted_schema = OFF");
            db.Execute("PRAGMA cell_size_check = ON");
            db.Execute("PRAGMA cache_size = -16384");
            // Checkpoints are ours: SQLite ignores a failed fsync in its own automatic ones.
            db.Check(raw.sqlite3_wal_autocheckpoint(handle, 0));
            return db;
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    /// <summary>From here on closing moves the write-ahead log into the database, or (false) leaves it alone.</summary>
    public void Trust(bool trusted) => Check(raw.sqlite3_db_config(_handle, NoCheckpointOnClose, trusted ? 0 : 1, out _));

    public void Execute(string sql) => Check(raw.sqlite3_exec(_handle, sql));

    public SqliteStatement Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var handle));
        var statement = new SqliteStatement(this, handle);
        _statements.Add(statement);
        return statement;
    }

    /// <summary>The first column of the first row as text, or null without a row.</summary>
    public string? Text(string sql)
    {
        using var statement = new SqliteStatement(this, PrepareOnce(sql));
        return statement.Step() ? statement.Text(0) : null;
    }

    /// <summary>Moves everything committed into the database file; the write-ahead log starts over.</summary>
    public void Checkpoint() =>
        Check(raw.sqlite3_wal_checkpoint_v2(_handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _));

    /// <summary>Ends a transaction that failed, where SQLite has not done so itself.</summary>
    public void Rollback()
    {
        if (raw.sqlite3_get_autocommit(_handle) == 0)
            Execute("ROLLBACK");
    }

    public void Check(int code)
    {
        if (code is raw.SQLITE_OK or raw.SQLITE_ROW or raw.SQLITE_DONE)
            return;
        throw new SqliteFailure(
            raw.sqlite3_extended_errcode(_handle), raw.sqlite3_errmsg(_handle).utf8_to_string());
    }

    public void Dispose()
    {
        foreach (var statement in _statements)
            statement.Dispose();
        _handle.Dispose();
    }

    private sqlite3_stmt PrepareOnce(string sql)
    {
        Check(raw.sqlite3_prepare_v2(_handle, sql, out var statement));
        return statement;
    }
}
