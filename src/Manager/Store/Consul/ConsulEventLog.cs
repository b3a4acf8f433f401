using System.Runtime.CompilerServices;
using Orch.Core.Model;

namespace Orch.Manager.Store.Consul;

/// <summary>
/// The log of a cluster in Consul's key/value store. An append is one transaction that compares the epoch and the head and creates
/// one key for all its events; renewals touch a key that no append looks at. See docs/decisions/0014.
/// </summary>
public sealed class ConsulEventLog : IEventLog
{
    private static readonly TimeSpan LookForCompaction = TimeSpan.FromSeconds(1);
    private readonly ConsulLogOptions _options;
    private readonly ConsulCalls _calls;
    private readonly ConsulMetaStore _metas;
    private readonly ConsulStore _store;
    private readonly ConsulReader _reader;
    private readonly ConsulSnapshots _snapshots;
    private readonly ConsulCompaction _compaction;
    private readonly CancellationTokenSource _closed = new();
    private readonly SemaphoreSlim _snapshotTurn = new(1);

    /// <exception cref="LogUnavailableException">A certificate cannot be read.</exception>
    public ConsulEventLog(ConsulLogOptions options)
    {
        var keys = new ConsulKeys(options.Prefix);
        _options = options;
        _calls = new ConsulCalls(options);
        _metas = new ConsulMetaStore(_calls, keys);
        _store = new ConsulStore(_calls, keys, _metas, options);
        _reader = new ConsulReader(_calls, keys, _metas, options);
        _snapshots = new ConsulSnapshots(_calls, keys, _reader, _metas, options);
        _compaction = new ConsulCompaction(_calls, keys, _reader, _metas, options);
    }

    public async ValueTask<LogHead> OpenAsync(CancellationToken cancellation)
    {
        var meta = await _metas.OpenAsync(_options.CallWithin, cancellation);
        if (meta.Head.Revision > meta.Base.Revision)
        {
            if (await _reader.FindAsync(meta.Base.Revision + 1, cancellation) is not { } first || first.First != meta.Base.FirstRecord)
                throw _metas.Corrupt("the first record is missing", meta.Base.Revision + 1);
            if (await _reader.FindAsync(meta.Head.Revision, cancellation) is not { } last || last.First != meta.Head.LastRecord)
                throw _metas.Corrupt("the last record is missing", meta.Head.Revision);
        }
        return new LogHead(meta.Head.Revision, meta.Base.Revision, meta.Snapshot.Revision, meta.View);
    }

    public async ValueTask<CampaignResult> CampaignAsync(Epoch seen, LeaderInfo candidate, EpochStep step, CancellationToken cancellation)
    {
        LeaderRules.Check(candidate);
        return await _store.CampaignAsync(seen, candidate, step, cancellation);
    }

    public async ValueTask<RenewResult> RenewAsync(Epoch epoch, CancellationToken cancellation) =>
        await _store.RenewAsync(epoch, cancellation);

    public async ValueTask ResignAsync(Epoch epoch, CancellationToken cancellation) => await _store.ResignAsync(epoch, cancellation);

    public async ValueTask<LeaderView> ReadLeaderAsync(CancellationToken cancellation) =>
        (await _metas.ReadAsync(_options.LeaderCallWithin, cancellation)).View;

    public async ValueTask<AppendResult> AppendAsync(
        Epoch epoch, ulong expectedRevision, IReadOnlyList<EventData> events, CancellationToken cancellation)
    {
        LogLimits.CheckBatch(events);
        return await _store.AppendAsync(epoch, expectedRevision, events, cancellation);
    }

    public async IAsyncEnumerable<LogRecord> ReadAsync(ulong afterRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (reader, head) = await BeginReadAsync(afterRevision, cancellation);
        async ValueTask<List<StoredRecord>> NextAsync()
        {
            var page = await _reader.PageAsync(reader.Revision, cancellation);
            page.RemoveAll(row => row.Revision > head);
            return page;
        }
        await foreach (var record in RecordPages.ReadAsync(reader, head, NextAsync, cancellation))
            yield return record;
    }

    public async IAsyncEnumerable<IReadOnlyList<LogRecord>> WatchAsync(
        ulong afterRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closed.Token);
        var (reader, head) = await UnlessClosedAsync(BeginReadAsync(afterRevision, either.Token));
        while (reader.Revision < head)
        {
            var page = await UnlessClosedAsync(_reader.PageAsync(reader.Revision, either.Token));
            if (page.Count == 0)
                throw reader.Missing();
            yield return page.ConvertAll(reader.Next);
        }

        // From here on each question waits for one record, with the index of the one before: an append costs a watcher one answer.
        var (index, looked) = (0ul, _options.Clock.GetTimestamp());
        while (true)
        {
            (var rows, index) = await UnlessClosedAsync(_reader.NextAsync(reader.Revision, index, either.Token));
            if (rows.Count > 0)
            {
                yield return rows.ConvertAll(reader.Next);
            }
            else if (_options.Clock.GetElapsedTime(looked) >= LookForCompaction)
            {
                await UnlessClosedAsync(NotCompactedAsync(reader.Revision, either.Token));
                looked = _options.Clock.GetTimestamp();
            }
        }
    }

    public async ValueTask SaveSnapshotAsync(ulong revision, IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, CancellationToken cancellation)
    {
        await _snapshotTurn.WaitAsync(cancellation);
        try
        {
            var meta = await _metas.ReadAsync(_options.CallWithin, cancellation);
            SnapshotRules.Check(revision, meta.Head.Revision, meta.Snapshot.Revision);
            await _snapshots.SaveAsync(revision, meta.SnapshotIndex, chunks, cancellation);
        }
        finally
        {
            _snapshotTurn.Release();
        }
    }

    public async ValueTask<LogSnapshot?> LoadSnapshotAsync(CancellationToken cancellation) =>
        _snapshots.Load(await _metas.ReadAsync(_options.CallWithin, cancellation));

    public async ValueTask<ulong> CompactAsync(ulong upToRevision, CancellationToken cancellation)
    {
        await _snapshotTurn.WaitAsync(cancellation);
        try
        {
            var snapshot = (await _metas.ReadAsync(_options.CallWithin, cancellation)).Snapshot;
            await _snapshots.VerifyAsync(snapshot, cancellation);
            return await _compaction.RunAsync(Math.Min(upToRevision, snapshot.Revision), cancellation);
        }
        finally
        {
            _snapshotTurn.Release();
        }
    }

    public async ValueTask<long> MeasureAsync(CancellationToken cancellation)
    {
        var meta = await _metas.ReadAsync(_options.CallWithin, cancellation);
        return meta.Head.Bytes - meta.Base.Bytes + meta.Snapshot.Bytes;
    }

    public async ValueTask DisposeAsync()
    {
        if (_closed.IsCancellationRequested)
            return;
        await _closed.CancelAsync();
        _calls.Dispose();
    }

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

    private async Task<bool> NotCompactedAsync(ulong after, CancellationToken cancellation)
    {
        await _reader.CheckNotCompactedAsync(after, cancellation);
        return true;
    }

    private async Task<(RecordReader Reader, ulong Head)> BeginReadAsync(ulong after, CancellationToken cancellation)
    {
        var meta = await _metas.ReadAsync(_options.CallWithin, cancellation);
        SnapshotRules.CheckStart(after, meta.Base.Revision, meta.Head.Revision);
        var chain = await _reader.ChainAtAsync(after, meta, cancellation);
        return (new RecordReader(_calls.Place, ConsulAdvice.Restore, _options.Cipher, after, chain), meta.Head.Revision);
    }
}
