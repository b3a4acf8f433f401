using Npgsql;
using Orch.Core.Model;

namespace Orch.Manager.Store.Postgres;

/// <summary>What is done to the tables; each method is a call on one connection.</summary>
internal sealed class PostgresStore(PostgresText text, PostgresLogOptions options, string place)
{
    private const int PageRecords = 2_000;
    private const long PageBytes = 8 * 1024 * 1024;
    private const int CompactBatch = 10_000;
    private readonly Lock _lock = new();

    // The chain at the head as this manager wrote it last: saves reading it before each append.
    private (ulong Revision, ulong Chain)? _tail;

    public async Task<PostgresMeta> ReadMetaAsync(NpgsqlConnection connection)
    {
        await using var command = PostgresText.Command(connection, text.ReadMeta);
        await using var row = await command.ExecuteReaderAsync();
        return await row.ReadAsync() ? PostgresMeta.Read(row)
            : throw new LogCorruptException(place, null, "the row that says where the log stands is missing", PostgresAdvice.Restore);
    }

    public async Task<long> MeasureAsync(NpgsqlConnection connection)
    {
        await using var command = PostgresText.Command(connection, text.Measure);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public async Task<CampaignResult> CampaignAsync(NpgsqlConnection connection, Epoch seen, LeaderInfo candidate, EpochStep step)
    {
        Remember(null);
        var epoch = step == EpochStep.Term ? seen.NextTerm() : seen.NextIncarnation();
        await using var command = PostgresText.Command(
            connection, text.Campaign, seen.Incarnation, seen.Term, epoch.Incarnation, epoch.Term, candidate.Id, candidate.Address);
        return await command.ExecuteScalarAsync() is not null
            ? new CampaignResult.Won(epoch) : new CampaignResult.Lost((await ReadMetaAsync(connection)).View);
    }

    public async Task<RenewResult> RenewAsync(NpgsqlConnection connection, Epoch epoch)
    {
        await using var command = PostgresText.Command(connection, text.Renew, epoch.Incarnation, epoch.Term);
        return await command.ExecuteScalarAsync() is long renewals
            ? new RenewResult.Renewed((ulong)renewals) : new RenewResult.Refused((await ReadMetaAsync(connection)).View);
    }

    public async Task<bool> ResignAsync(NpgsqlConnection connection, Epoch epoch)
    {
        await using var command = PostgresText.Command(connection, text.Resign, epoch.Incarnation, epoch.Term);
        return await command.ExecuteNonQueryAsync() > 0;
    }

    public async Task<AppendResult> AppendAsync(NpgsqlConnection connection, Epoch epoch, ulong expected, IReadOnlyList<EventData> events)
    {
        var chain = TailAt(expected);
        Remember(null);   // until the outcome is known
        while (true)
        {
            if (chain is { } before && events.Count > 0)
            {
                var batch = new Batch(expected, before, events, options.Cipher);
                if (await TryAppendAsync(connection, epoch, expected, before, batch))
                {
                    Remember((batch.Head, batch.Chain));
                    return new AppendResult.Appended(batch.Head);
                }
            }
            var meta = await ReadMetaAsync(connection);
            if (!meta.Leads(epoch))
                return new AppendResult.Fenced(meta.Epoch);
            if (meta.Head != expected)
                return new AppendResult.Conflict(meta.Head);
            if (events.Count == 0)
                return new AppendResult.Appended(expected);
            chain = meta.HeadChain;
        }
    }

    public async Task<ulong> ChainAtAsync(NpgsqlConnection connection, ulong revision, PostgresMeta meta)
    {
        if (revision == meta.Base)
            return meta.BaseChain;
        if (revision == meta.Head)
            return meta.HeadChain;
        await using var command = PostgresText.Command(connection, text.ChainAt, revision);
        return await command.ExecuteScalarAsync() is long chain ? unchecked((ulong)chain)
            : throw new LogCorruptException(place, revision, "the record is missing", PostgresAdvice.Restore);
    }

    /// <summary>Rows after a revision, unverified, bounded in number and bytes.</summary>
    /// <exception cref="LogCompactedException">They are gone.</exception>
    public async Task<List<StoredRecord>> ReadPageAsync(NpgsqlConnection connection, ulong after, ulong upTo)
    {
        var page = new List<StoredRecord>();
        await using (var command = PostgresText.Command(
            connection, text.ReadPage, after, Math.Min(upTo, long.MaxValue), PageRecords, PageBytes))
        {
            await using var rows = await command.ExecuteReaderAsync();
            while (await rows.ReadAsync())
                page.Add(new((ulong)rows.GetInt64(0), unchecked((ulong)rows.GetInt64(1)), rows.GetFieldValue<byte[]>(2)));
        }
        if (page.Count > 0 && page[0].Revision == after + 1)
            return page;

        // Looked at after the rows: had they been there, they were read.
        await using var begins = PostgresText.Command(connection, text.ReadBase);
        var compactedTo = (ulong)(long)(await begins.ExecuteScalarAsync())!;
        return after < compactedTo ? throw new LogCompactedException(after, compactedTo) : page;
    }

    /// <summary>Drops one bounded batch; says what is dropped now, and whether there is more to drop.</summary>
    public async Task<(ulong CompactedTo, bool More)> CompactSomeAsync(NpgsqlConnection connection, ulong upTo)
    {
        var meta = await ReadMetaAsync(connection);
        var target = SnapshotRules.CompactionTarget(upTo, meta.Snapshot, meta.Head, (ulong)options.KeepTail);
        if (target <= meta.Base)
            return (meta.Base, false);
        var step = Math.Min(target, meta.Base + CompactBatch);
        await using var command = PostgresText.Command(connection, text.Compact, step);
        await command.ExecuteNonQueryAsync();
        return (step, step < target);
    }

    private async Task<bool> TryAppendAsync(NpgsqlConnection connection, Epoch epoch, ulong expected, ulong chain, Batch batch)
    {
        Failpoint.Hit("log.append.before-commit");
        await using var command = PostgresText.Command(
            connection, text.Append, epoch.Incarnation, epoch.Term, expected, chain, batch.Head, batch.Chain,
            batch.Revisions, batch.Chains, batch.Records);
        await using var row = await command.ExecuteReaderAsync();
        var stored = await row.ReadAsync();
        Failpoint.Hit("log.append.after-commit");
        return stored;
    }

    private ulong? TailAt(ulong revision)
    {
        lock (_lock)
            return _tail is { } tail && tail.Revision == revision ? tail.Chain : null;
    }

    private void Remember((ulong Revision, ulong Chain)? tail)
    {
        lock (_lock)
            _tail = tail;
    }

    /// <summary>Events as the columns of their rows.</summary>
    private sealed class Batch
    {
        public Batch(ulong after, ulong chain, IReadOnlyList<EventData> events, IRecordCipher cipher)
        {
            (Revisions, Chains, Records) = (new long[events.Count], new long[events.Count], new byte[events.Count][]);
            (Head, Chain) = (after, chain);
            for (var i = 0; i < events.Count; i++)
            {
                Records[i] = RecordFormat.Encode(++Head, events[i], cipher);
                Chain = Store.Chain.Next(Chain, RecordFormat.Checksum(Records[i]));
                (Revisions[i], Chains[i]) = ((long)Head, unchecked((long)Chain));
            }
        }

        public ulong Head { get; }
        public ulong Chain { get; }
        public long[] Revisions { get; }
        public long[] Chains { get; }
        public byte[][] Records { get; }
    }
}
