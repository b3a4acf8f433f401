using System.Runtime.CompilerServices;
using Npgsql;

namespace Orch.Manager.Store.Postgres;

/// <summary>
/// Snapshots as rows, one a record; a snapshot counts when the head row names it, which happens last, in one statement: a manager
/// that freezes or vanishes on the way holds no lock that others wait for.
/// </summary>
internal sealed class PostgresSnapshots(PostgresCalls calls, PostgresStore store, PostgresText text, PostgresLogOptions options)
{
    private const int PartsAtOnce = 4;
    private long _verified;

    public LogSnapshot? Load(PostgresMeta meta) => meta.Snapshot == 0 ? null : new LogSnapshot(meta.Snapshot, ChunksAsync(meta));

    public async Task SaveAsync(ulong revision, IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, CancellationToken cancellation)
    {
        try
        {
            await using var connection = await calls.OpenAsync(cancellation);
            await using var next = PostgresText.Command(connection, text.NextSnapshot);
            var id = (long)(await next.ExecuteScalarAsync(cancellation))!;
            var number = 0;
            await foreach (var record in SnapshotWriter.RecordsAsync(revision, chunks, options.Cipher, cancellation))
            {
                await using var add = PostgresText.Command(connection, text.AddPart, id, number++, record);
                await add.ExecuteNonQueryAsync(cancellation);
            }
            await using var use = PostgresText.Command(connection, text.UseSnapshot, revision, id, (long)number);
            if (await use.ExecuteScalarAsync(CancellationToken.None) is 0L)
                throw new ArgumentException($"A snapshot at revision {revision} would replace one that another manager saved meanwhile.");
        }
        catch (Exception error) when (calls.Explain(error) is { } known)
        {
            throw known;
        }
    }

    /// <summary>Reads the newest one once from end to end: it is to replace records that cannot be brought back.</summary>
    public async Task VerifyAsync(PostgresMeta meta, CancellationToken cancellation)
    {
        if (meta.Snapshot == 0 || meta.SnapshotId == Volatile.Read(ref _verified))
            return;
        await foreach (var _ in ChunksAsync(meta).WithCancellation(cancellation))
            cancellation.ThrowIfCancellationRequested();
        Volatile.Write(ref _verified, meta.SnapshotId);
    }

    private IAsyncEnumerable<ReadOnlyMemory<byte>> ChunksAsync(PostgresMeta meta) => SnapshotReader.ChunksAsync(
        $"{calls.Place}, snapshot {meta.SnapshotId}", PostgresAdvice.Restore, meta.Snapshot, RecordsAsync(meta.SnapshotId), options.Cipher);

    private async IAsyncEnumerable<byte[]> RecordsAsync(long id, [EnumeratorCancellation] CancellationToken cancellation = default)
    {
        var ended = false;
        for (var number = 0; ;)
        {
            var page = await calls.RunAsync(options.CallWithin, connection => PartsAsync(connection, id, number), cancellation);
            foreach (var (_, data) in page.TakeWhile((part, index) => part.Number == number + index))
            {
                ended = SnapshotFormat.IsEnd(data);
                yield return data;
            }
            number += page.Count;
            if (page.Count == PartsAtOnce)
                continue;
            if (!ended && (await calls.RunAsync(options.CallWithin, store.ReadMetaAsync, cancellation)).SnapshotId != id)
                throw new LogException($"{calls.Place}: the snapshot was replaced by a newer one while it was read. Load again.");
            yield break;
        }
    }

    private async Task<List<(int Number, byte[] Data)>> PartsAsync(NpgsqlConnection connection, long id, int from)
    {
        await using var command = PostgresText.Command(connection, text.ReadParts, id, from, PartsAtOnce);
        await using var rows = await command.ExecuteReaderAsync();
        var parts = new List<(int, byte[])>();
        while (await rows.ReadAsync())
            parts.Add((rows.GetInt32(0), rows.GetFieldValue<byte[]>(1)));
        return parts;
    }
}
