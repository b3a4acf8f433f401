using System.Runtime.CompilerServices;
using Orch.Core.Model;

namespace Orch.Manager.Store.Sqlite;

/// <summary>
/// The log of a single manager, on its own disk. One process holds the directory at a time, so the renewal counter
/// lives in memory: nobody else could watch it, and a slow disk never costs the only manager its leadership.
/// </summary>
public sealed class SqliteEventLog(SqliteLogOptions options) : IEventLog
{
    private readonly LogThread _thread = new();
    private readonly CancellationTokenSource _closed = new();
    private readonly SemaphoreSlim _snapshotTurn = new(1);
    private TaskCompletionSource _appended = NewSignal();
    private DataDirectory? _directory;
    private SqliteStore? _store;
    private ulong _renewals;

    /// <summary>The version of the SQLite library in use.</summary>
    public static string LibraryVersion => SqliteNative.Version;

    private SqliteStore Store => _store ?? throw new InvalidOperationException("The log is not open.");

    public ValueTask<LogHead> OpenAsync(CancellationToken cancellation) => RunAsync(() =>
    {
        if (_store is not null)
            throw new InvalidOperationException("The log is open already.");
        var directory = DataDirectory.Acquire(options.Directory);
        try
        {
            _store = SqliteOpening.Open(directory, options);
            _directory = directory;
        }
        finally
        {
            if (_store is null)
                directory.Dispose();
        }
        _store.Snapshots.DeleteUnfinished();
        _thread.AfterEach = _store.CheckpointWhenDue;
        var meta = _store.ReadMeta();
        return new LogHead(meta.Head, meta.Base, _store.Snapshots.Newest, View(meta));
    }, cancellation);

    public ValueTask<CampaignResult> CampaignAsync(
        Epoch seen, LeaderInfo candidate, EpochStep step, CancellationToken cancellation)
    {
        LeaderRules.Check(candidate);
        return RunAsync(() => Store.Campaign(seen, candidate, step, _renewals), cancellation);
    }

    public ValueTask<RenewResult> RenewAsync(Epoch epoch, CancellationToken cancellation) => RunAsync(() =>
    {
        var meta = Store.ReadMeta();
        return meta.Leads(epoch) ? new RenewResult.Renewed(++_renewals) : (RenewResult)new RenewResult.Refused(View(meta));
    }, cancellation);

    public async ValueTask ResignAsync(Epoch epoch, CancellationToken cancellation) =>
        await RunAsync(() => Store.Resign(epoch), cancellation);

    public ValueTask<LeaderView> ReadLeaderAsync(CancellationToken cancellation) =>
        RunAsync(() => View(Store.ReadMeta()), cancellation);

    public ValueTask<AppendResult> AppendAsync(
        Epoch epoch, ulong expectedRevision, IReadOnlyList<EventData> events, CancellationToken cancellation)
    {
        LogLimits.CheckBatch(events);
        return RunAsync(() =>
        {
            var result = Store.Append(epoch, expectedRevision, events);
            if (events.Count > 0 && result is AppendResult.Appended)
                Interlocked.Exchange(ref _appended, NewSignal()).SetResult();
            return result;
        }, cancellation);
    }

    public async IAsyncEnumerable<LogRecord> ReadAsync(
        ulong afterRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var (reader, head) = await BeginReadAsync(afterRevision, cancellation);
        ValueTask<List<StoredRecord>> NextAsync() => RunAsync(() => Store.ReadPage(reader.Revision, head), cancellation);
        await foreach (var record in RecordPages.ReadAsync(reader, head, NextAsync, cancellation))
            yield return record;
    }

    public async IAsyncEnumerable<IReadOnlyList<LogRecord>> WatchAsync(
        ulong afterRevision, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, _closed.Token);
        var (reader, head) = await BeginReadAsync(afterRevision, either.Token);
        while (true)
        {
            var appended = Volatile.Read(ref _appended).Task;
            var page = await RunAsync(() => Store.ReadPage(reader.Revision, ulong.MaxValue), either.Token);
            if (page.Count > 0)
                yield return page.ConvertAll(reader.Next);
            else if (reader.Revision < head)
                throw reader.Missing();
            else
                await appended.WaitAsync(either.Token);
        }
    }

    public async ValueTask SaveSnapshotAsync(
        ulong revision, IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, CancellationToken cancellation)
    {
        var meta = await RunAsync(() => Store.ReadMeta(), cancellation);
        await _snapshotTurn.WaitAsync(cancellation);
        try
        {
            SnapshotRules.Check(revision, meta.Head, Store.Snapshots.Newest);
            // File writes and the fsync block; the caller may be the writer's loop.
            await Task.Run(() => Store.Snapshots.SaveAsync(revision, chunks, cancellation), cancellation);
        }
        finally
        {
            _snapshotTurn.Release();
        }
    }

    public ValueTask<LogSnapshot?> LoadSnapshotAsync(CancellationToken cancellation) =>
        RunAsync(() => Store.Snapshots.Load(), cancellation);

    public async ValueTask<ulong> CompactAsync(ulong upToRevision, CancellationToken cancellation)
    {
        await _snapshotTurn.WaitAsync(cancellation);
        try
        {
            await Store.Snapshots.VerifyAsync(cancellation);
            while (await RunAsync(() => Store.CompactSome(upToRevision), cancellation))
                cancellation.ThrowIfCancellationRequested();
            return (await RunAsync(() => Store.ReadMeta(), cancellation)).Base;
        }
        finally
        {
            _snapshotTurn.Release();
        }
    }

    /// <summary>Of the database and of what waits to be moved into it.</summary>
    public ValueTask<long> MeasureAsync(CancellationToken cancellation) => ValueTask.FromResult(
        new DirectoryInfo(options.Directory).EnumerateFiles("log.db*").Sum(file => file.Length));

    public async ValueTask DisposeAsync()
    {
        if (_closed.IsCancellationRequested)
            return;
        await _closed.CancelAsync();
        await _thread.DisposeAsync();
        if (_thread.Fatal is not null)
            _store?.Distrust();
        _store?.Dispose();
        _directory?.Dispose();
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ValueTask<(RecordReader Reader, ulong Head)> BeginReadAsync(ulong after, CancellationToken cancellation) =>
        RunAsync(() =>
        {
            var meta = Store.ReadMeta();
            SnapshotRules.CheckStart(after, meta.Base, meta.Head);
            var chain = Store.ChainAt(after, meta);
            var path = Path.Combine(options.Directory, "log.db");
            return (new RecordReader(path, Advice.Restore, options.Cipher, after, chain), meta.Head);
        }, cancellation);

    private LeaderView View(LogMeta meta) => new(meta.Epoch, meta.Leader, _renewals);

    private ValueTask<T> RunAsync<T>(Func<T> work, CancellationToken cancellation) =>
        _thread.RunAsync(work, cancellation);
}
