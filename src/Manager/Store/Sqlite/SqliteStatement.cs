using SQLitePCL;

namespace Orch.Manager.Store.Sqlite;

/// <summary>A prepared statement. Parameters and columns count as SQLite counts them: from 1 and from 0.</summary>
internal sealed class SqliteStatement(SqliteDb db, sqlite3_stmt handle) : IDisposable
{
    public SqliteStatement Bind(int index, long value)
    {
        db.Check(raw.sqlite3_bind_int64(handle, index, value));
        return this;
    }

    public SqliteStatement Bind(int index, ReadOnlySpan<byte> value)
    {
        db.Check(raw.sqlite3_bind_blob(handle, index, value));
        return this;
    }

    /// <summary>True on a row, false at the end. Call <see cref="Reset"/> when done either way.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(handle);
        db.Check(code);
        return code == raw.SQLITE_ROW;
    }

    /// <summary>Runs a statement that gives no rows.</summary>
    public void Run()
    {
        try
        {
            Step();
        }
        finally
        {
            Reset();
        }
    }

    public long Integer(int column) => raw.sqlite3_column_int64(handle, column);

    public ReadOnlySpan<byte> Blob(int column) => raw.sqlite3_column_blob(handle, column);

    public string? Text(int column) => raw.sqlite3_column_text(handle, column).utf8_to_string();

    /// <summary>Makes it ready to run again. What the last step answered was seen already, so it is not repeated.</summary>
    public void Reset() => raw.sqlite3_reset(handle);

    public void Dispose() => handle.Dispose();
}
