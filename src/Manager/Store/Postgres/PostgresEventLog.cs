using System.Runtime.CompilerServices;
using Npgsql;
using Orch.Core.Model;

namespace Orch.Manager.Store.Postgres;

/// <summary>
/// The log of a cluster in a PostgreSQL database that all managers reach. The epoch is compared in the statement that appends;
/// renewals are in a row of their own, so that they never wait for an append nor an append for them.
/// </summary>
public sealed class PostgresEventLog : IEventLog
{
    private readonly PostgresLogOptions _options;
    private readonly PostgresText _text;
    private readonly PostgresCalls _calls;
    private readonly PostgresStore _store;
    private readonly PostgresSnapshots _snapshots;
    private readonly CancellationTokenSource _closed = new();
    private readonly SemaphoreSlim _snapshotTurn = new(1);

    /// <exception cref="ArgumentException">The connection string or the schema cannot be understood.</exception>
    public PostgresEventLog(PostgresLogOptions options)
    {
        _options = options;
        _text = new PostgresText(options.Schema);
        _calls = new PostgresCalls(options);
        _store = new PostgresStore(_text, options, _calls.Place);
        _snapshots = new PostgresSnapshots(_calls, _store, _text, options);
    }

    public async ValueTask<LogHead> OpenAsync(CancellationToken cancellation)
    {
        await _calls.SettleAsync(await CallAsync(
            connection => PostgresOpening.CheckAsync(connection, _calls.Place, _options.Warn), cancellation));
        var meta = await CallAsync(connection => PostgresOpening.OpenAsync(connection, _text, _calls.Place), cancellation);
        return new LogHead(meta.Head, meta.Base, meta.Snapshot, meta.View);
    }

    public async ValueTask<CampaignResult> CampaignAsync(Epoch seen, LeaderInfo candidate, EpochStep step, CancellationToken cancellation)
    {
        LeaderRules.Check(candidate);
        return await CallAsync(connection => _store.CampaignAsync(connection, seen, candidate, step), cancellation);
    }

    public async ValueTask<RenewResult> RenewAsync(Epoch epoch, CancellationToken cancellation) =>
        await _calls.RunAsync(_options.LeaderCallWithin, connection => _store.RenewAsync(connection, epoch), cancellation);

    public async ValueTask ResignAsync(Epoch epoch, CancellationToken cancellation) =>
        await CallAsync(connection => _store.ResignAsync(connection, epoch), cancellation);

    public async ValueTask<LeaderView> ReadLeaderAsync(CancellationToken cancellation) =>
        (await _calls.RunAsync(_options.LeaderCallWithin, _store.ReadMetaAsync, cancellation)).View;

    public async ValueTask<AppendResult> AppendAsync(
        Epoch epoch, ulong expectedRevision, IReadOnlyList<EventData> events, CancellationToken cancellation)
    {
        LogLimits.CheckBatch(events);
        return await CallAsync(connection => _store.AppendAsync(connection, epoch, expectedRevision, events), cancellation);
    }

    public async IAsyncEnumerable<LogRecord> ReadAsync(ulong afterRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (reader, head) = await BeginReadAsync(afterRevision, cancellation);
        await foreach (var record in RecordPages.ReadAsync(reader, head, () => new(PageAsync(reader, head, cancellation)), cancellation))
            yield return record;
    }

    public async IAsyncEnumerable<IReadOnlyList<LogRecord>> WatchAsync(
        ulong afterRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closed.Token);
        var (reader, head) = await UnlessClosedAsync(BeginReadAsync(afterRevision, either.Token));
        await using var news = await UnlessClosedAsync(ListenAsync(either.Token));
        while (true)
        {
            either.Token.ThrowIfCancellationRequested();
            var page = await UnlessClosedAsync(PageAsync(reader, long.MaxValue, either.Token));
            if (page.Count > 0)
                yield return page.ConvertAll(reader.Next);
            else if (reader.Revision < head)
                throw reader.Missing();
            else
                await UnlessClosedAsync(NewsAsync(news, either.Token));
        }
    }

    public async ValueTask SaveSnapshotAsync(ulong revision, IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, CancellationToken cancellation)
    {
        await _snapshotTurn.WaitAsync(cancellation);
        try
        {
            var meta = await CallAsync(_store.ReadMetaAsync, cancellation);
            SnapshotRules.Check(revision, meta.Head, meta.Snapshot);
            await _snapshots.SaveAsync(revision, chunks, cancellation);
        }
        finally
        {
            _snapshotTurn.Release();
        }
    }

    public async ValueTask<LogSnapshot?> LoadSnapshotAsync(CancellationToken cancellation) =>
        _snapshots.Load(await CallAsync(_store.ReadMetaAsync, cancellation));

    public async ValueTask<ulong> CompactAsync(ulong upToRevision, CancellationToken cancellation)
    {
        await _snapshotTurn.WaitAsync(cancellation);
        try
        {
            var verified = await CallAsync(_store.ReadMetaAsync, cancellation);
            await _snapshots.VerifyAsync(verified, cancellation);
            var upTo = Math.Min(upToRevision, verified.Snapshot);   // another manager may have saved one that nobody has read back
            while (true)
            {
                var (compactedTo, more) = await CallAsync(connection => _store.CompactSomeAsync(connection, upTo), cancellation);
                if (!more)
                    return compactedTo;
            }
        }
        finally
        {
            _snapshotTurn.Release();
        }
    }

    public async ValueTask<long> MeasureAsync(CancellationToken cancellation) => await CallAsync(_store.MeasureAsync, cancellation);

    public async ValueTask DisposeAsync()
    {
        if (_closed.IsCancellationRequested)
            return;
        await _closed.CancelAsync();
        await _calls.DisposeAsync();
    }

    private Task<T> CallAsync<T>(Func<NpgsqlConnection, Task<T>> work, CancellationToken cancellation) =>
        _calls.RunAsync(_options.CallWithin, work, cancellation);

    /// <summary>Whatever the closing of the log does to a watch under way: it was cancelled.</summary>
    private async Task<T> UnlessClosedAsync<T>(Task<T> call)
    {
        try
        {
            return await call;
        }
        catch (Exception error) when (_closed.IsCancellationRequested && error is not OperationCanceledException)
        {
            throw new OperationCanceledException("the log was closed", error, _closed.Token);
        }
    }

    private Task<List<StoredRecord>> PageAsync(RecordReader reader, ulong upTo, CancellationToken cancellation) =>
        CallAsync(connection => _store.ReadPageAsync(connection, reader.Revision, upTo), cancellation);

    private Task<(RecordReader Reader, ulong Head)> BeginReadAsync(ulong after, CancellationToken cancellation) => CallAsync(async connection =>
    {
        var meta = await _store.ReadMetaAsync(connection);
        SnapshotRules.CheckStart(after, meta.Base, meta.Head);
        var chain = await _store.ChainAtAsync(connection, after, meta);
        return (new RecordReader(_calls.Place, PostgresAdvice.Restore, _options.Cipher, after, chain), meta.Head);
    }, cancellation);

    private async Task<NpgsqlConnection> ListenAsync(CancellationToken cancellation)
    {
        var connection = await _calls.OpenAsync(cancellation);
        try
        {
            await using var listen = PostgresText.Command(connection, $"LISTEN {_text.Channel}");
            await listen.ExecuteNonQueryAsync(cancellation);
            return connection;
        }
        catch (Exception error)
        {
            await connection.DisposeAsync();
            throw _calls.Explain(error) ?? error;
        }
    }

    /// <summary>Until an append was announced, or it is time to look anyway.</summary>
    private async Task<bool> NewsAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        try
        {
            return await connection.WaitAsync(_options.LookAnyway, cancellation);
        }
        catch (Exception error) when (_calls.Explain(error) is { } known)
        {
            throw known;
        }
    }
}
