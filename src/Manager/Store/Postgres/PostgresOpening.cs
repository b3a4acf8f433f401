using Npgsql;

namespace Orch.Manager.Store.Postgres;

/// <summary>Makes the tables where they are missing, and looks whether the server keeps what it acknowledges.</summary>
internal static class PostgresOpening
{
    private const string Settings = """
        SELECT pg_is_in_recovery(), current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_standby_names'),
            (SELECT count(*) FROM pg_stat_replication), (SELECT reset_val FROM pg_settings WHERE name = 'synchronous_commit')
        """;

    public static async Task<PostgresMeta> OpenAsync(NpgsqlConnection connection, PostgresText text, string place)
    {
        await using var there = PostgresText.Command(connection, text.IsThere);
        if (await there.ExecuteScalarAsync() is not true)
        {
            await using var transaction = await connection.BeginTransactionAsync();
            await using var create = PostgresText.Command(connection, text.Create);
            await create.ExecuteNonQueryAsync();
            await transaction.CommitAsync();
        }
        await using var command = PostgresText.Command(connection, text.ReadEnds);
        await using var row = await command.ExecuteReaderAsync();
        if (!await row.ReadAsync())
            throw Corrupt(null, "the row that says where the log stands is missing");
        var meta = PostgresMeta.Read(row);
        long? first = row.IsDBNull(12) ? null : row.GetInt64(12);
        long? last = row.IsDBNull(13) ? null : row.GetInt64(13);
        var isEmpty = meta.Head == meta.Base;
        if (first != (isEmpty ? null : (long)meta.Base + 1))
            throw Corrupt(meta.Base + 1, "the first record is missing");
        if (last != (isEmpty ? null : (long)meta.Head))
            throw Corrupt(meta.Head, "the last record is missing");
        return meta;

        LogCorruptException Corrupt(ulong? revision, string problem) => new(place, revision, problem, PostgresAdvice.Restore);
    }

    /// <summary>The server's default for when a commit is acknowledged.</summary>
    public static async Task<string> CheckAsync(NpgsqlConnection connection, string place, Action<string> warn)
    {
        await using var command = new NpgsqlCommand(Settings, connection);
        await using var row = await command.ExecuteReaderAsync();
        await row.ReadAsync();
        if (row.GetBoolean(0))
            throw new LogUnavailableException($"{place} is a standby and takes no writes: give the address of the primary.");
        if (row.GetString(1) == "off" || row.GetString(2) == "off")
            warn($"{place}: fsync or full_page_writes is off: a crash of the server loses or damages what was acknowledged. Set both on.");
        if (row.GetString(3).Length == 0 && row.GetInt64(4) > 0)
        {
            warn($"{place} has standbys and waits for none of them (synchronous_standby_names is empty): if one takes over, writes that were "
                + "acknowledged last are lost. Name a synchronous standby.");
        }
        if (row.GetString(5) is "off")
            warn($"{place}: synchronous_commit is off. Managers switch it on for their own connections.");
        return row.GetString(5);
    }
}
