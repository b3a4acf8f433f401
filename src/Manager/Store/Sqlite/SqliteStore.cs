using Orch.Core.Model;

namespace Orch.Manager.Store.Sqlite;

/// <summary>What is done to the tables; every method runs on the log's thread.</summary>
internal sealed class SqliteStore : IDisposable
{
    private const int PageRecords = 1_000;
    private const int PageBytes = 8 * 1024 * 1024;
    private const int CompactBatch = 10_000;

    private readonly SqliteDb _db;
    private readonly DataDirectory _directory;
    private readonly SqliteLogOptions _options;
    private readonly SqliteStatement _begin;
    private readonly SqliteStatement _commit;
    private readonly SqliteStatement _readMeta;
    private readonly SqliteStatement _writeMeta;
    private readonly SqliteStatement _insert;
    private readonly SqliteStatement _page;
    private readonly SqliteStatement _chain;
    private readonly SqliteStatement _delete;
    private HeadWitness? _witness;
    private long _writtenBytes;

    public SqliteStore(SqliteDb db, DataDirectory directory, SqliteLogOptions options, SnapshotFiles snapshots)
    {
        _db = db;
        _directory = directory;
        _options = options;
        Snapshots = snapshots;
        _begin = db.Prepare("BEGIN IMMEDIATE");
        _commit = db.Prepare("COMMIT");
        _readMeta = db.Prepare("SELECT data FROM meta WHERE id = 1");
        _writeMeta = db.Prepare("UPDATE meta SET data = ?1 WHERE id = 1");
        _insert = db.Prepare("INSERT INTO record (revision, chain, data) VALUES (?1, ?2, ?3)");
        _page = db.Prepare("SELECT revision, chain, data FROM record WHERE revision > ?1 ORDER BY revision LIMIT ?2");
        _chain = db.Prepare("SELECT chain FROM record WHERE revision = ?1");
        _delete = db.Prepare("DELETE FROM record WHERE revision <= ?1");
    }

    public SnapshotFiles Snapshots { get; }

    public LogMeta ReadMeta()
    {
        try
        {
            if (!_readMeta.Step())
                throw new InvalidDataException("the head record is missing");
            return LogMeta.Decode(_readMeta.Blob(0));
        }
        catch (InvalidDataException error)
        {
            throw Corrupt(null, error.Message);
        }
        finally
        {
            _readMeta.Reset();
        }
    }

    public void OpenWitness() => _witness = HeadWitness.Open(_directory.Witness, Seen(ReadMeta()));

    /// <summary>
    /// A killed process may leave a commit that was written, but whose fsync it did not live to see. It is read back as
    /// committed, so it must become durable before anything is built on it; a checkpoint starts with that fsync.
    /// </summary>
    public void SettleRecovered()
    {
        try
        {
            _db.Checkpoint();
        }
        catch (SqliteFailure failure) when (failure.IsFull)
        {
            // The fsync comes first and worked; only copying into the database has to wait for space.
        }
    }

    /// <summary>The first and last record must be where the head record says.</summary>
    public void CheckEnds()
    {
        var meta = ReadMeta();
        var first = _db.Text("SELECT min(revision) FROM record");
        var last = _db.Text("SELECT max(revision) FROM record");
        var isEmpty = meta.Head == meta.Base;
        if (first != (isEmpty ? null : $"{meta.Base + 1}"))
            throw Corrupt(meta.Base + 1, "the first record is missing");
        if (last != (isEmpty ? null : $"{meta.Head}") || ChainAt(meta.Head, meta) != meta.HeadChain)
            throw Corrupt(meta.Head, "the last record is missing or not the one that was written");
    }

    public CampaignResult Campaign(Epoch seen, LeaderInfo candidate, EpochStep step, ulong renewals) => Write(meta =>
    {
        if (meta.Epoch != seen)
            return (null, new CampaignResult.Lost(new LeaderView(meta.Epoch, meta.Leader, renewals)));
        var epoch = step == EpochStep.Term ? seen.NextTerm() : seen.NextIncarnation();
        return (meta with { Epoch = epoch, Leader = candidate }, (CampaignResult)new CampaignResult.Won(epoch));
    });

    public bool Resign(Epoch epoch) =>
        Write(meta => meta.Leads(epoch) ? (meta with { Leader = null }, true) : (null, false));

    public void BeginNewIncarnation(Epoch lost) => Write(meta =>
    {
        var highest = meta.Epoch > lost ? meta.Epoch : lost;
        return (meta with { Epoch = highest.NextIncarnation(), Leader = null }, true);
    });

    public AppendResult Append(Epoch epoch, ulong expected, IReadOnlyList<EventData> events) =>
        Write<AppendResult>(meta =>
        {
            if (!meta.Leads(epoch))
                return (null, new AppendResult.Fenced(meta.Epoch));
            if (meta.Head != expected)
                return (null, new AppendResult.Conflict(meta.Head));
            var (revision, chain) = (meta.Head, meta.HeadChain);
            for (var i = 0; i < events.Count; i++)
            {
                var record = RecordFormat.Encode(++revision, events[i], _options.Cipher);
                chain = Chain.Next(chain, RecordFormat.Checksum(record));
                _insert.Bind(1, (long)revision).Bind(2, (long)chain).Bind(3, record).Run();
                _writtenBytes += record.Length;
            }
            var changed = events.Count > 0 ? meta with { Head = revision, HeadChain = chain } : null;
            return (changed, new AppendResult.Appended(revision));
        });

    /// <summary>Stored rows after a revision, unverified, bounded in number and bytes.</summary>
    public List<StoredRecord> ReadPage(ulong after, ulong upTo)
    {
        var meta = ReadMeta();
        if (after < meta.Base)
            throw new LogCompactedException(after, meta.Base);
        var page = new List<StoredRecord>();
        var bytes = 0;
        Guarded(() =>
        {
            _page.Bind(1, (long)after).Bind(2, PageRecords);
            while (bytes < PageBytes && _page.Step() && (ulong)_page.Integer(0) <= upTo)
            {
                var data = _page.Blob(2).ToArray();
                bytes += data.Length;
                page.Add(new StoredRecord((ulong)_page.Integer(0), (ulong)_page.Integer(1), data));
            }
        }, _page);
        return page;
    }

    public ulong ChainAt(ulong revision, LogMeta meta)
    {
        if (revision == meta.Base)
            return meta.BaseChain;
        ulong? chain = null;
        Guarded(() => chain = _chain.Bind(1, (long)revision).Step() ? (ulong)_chain.Integer(0) : null, _chain);
        return chain ?? throw Corrupt(revision, "the record is missing");
    }

    /// <summary>Drops one bounded batch; true when there is more to drop.</summary>
    public bool CompactSome(ulong upTo) => Write(meta =>
    {
        var target = SnapshotRules.CompactionTarget(upTo, Snapshots.Newest, meta.Head, (ulong)_options.KeepTail);
        if (target <= meta.Base)
            return (null, false);
        var step = Math.Min(target, meta.Base + CompactBatch);
        var chain = ChainAt(step, meta);
        _delete.Bind(1, (long)step).Run();
        Failpoint.Hit("log.compact.before-commit");
        _writtenBytes += (long)(step - meta.Base) * 64;
        return (meta with { Base = step, BaseChain = chain }, step < target);
    });

    /// <summary>Moves the write-ahead log into the database when it has grown, between calls.</summary>
    public void CheckpointWhenDue()
    {
        if (_writtenBytes < _options.CheckpointBytes)
            return;
        _writtenBytes = 0;
        try
        {
            Failpoint.Hit("log.checkpoint.before");
            _db.Checkpoint();
            Failpoint.Hit("log.checkpoint.after");
        }
        catch (SqliteFailure failure) when (failure.IsFull)
        {
            // Everything is still in the write-ahead log; it is tried again when as much has been written once more.
        }
        catch (Exception error) when (error is SqliteFailure or IOException)
        {
            throw Fatal(error);
        }
    }

    public LogCorruptException Corrupt(ulong? revision, string problem) =>
        new(_directory.Database, revision, problem, Advice.Restore);

    /// <summary>Leaves the files as they are after a failure that made them doubtful.</summary>
    public void Distrust() => _db.Trust(false);

    public void Dispose()
    {
        try
        {
            _witness?.Flush();
        }
        finally
        {
            _witness?.Dispose();
            _db.Dispose();
        }
    }

    private static Witnessed Seen(LogMeta meta) => new(meta.Head, meta.HeadChain, meta.Epoch);

    // One transaction: decide on the head record, change it, commit, tell the witness. No change: nothing is written.
    private T Write<T>(Func<LogMeta, (LogMeta? Changed, T Answer)> decide)
    {
        try
        {
            _begin.Run();
            var before = ReadMeta();
            var (after, answer) = decide(before);
            if (after is null)
            {
                _db.Rollback();
                return answer;
            }
            _writeMeta.Bind(1, after.Encode()).Run();
            Failpoint.Hit("log.append.before-commit");
            _commit.Run();
            Failpoint.Hit("log.append.after-commit");
            _writtenBytes += 3 * 4096;
            _witness?.Write(Seen(after));
            if (after.Epoch != before.Epoch)
                _witness?.Flush();
            Failpoint.Hit("log.append.after-witness");
            return answer;
        }
        catch (SqliteFailure failure) when (failure.IsFull)
        {
            Undo();
            throw failure.Full(_directory.Database);
        }
        catch (Exception error) when (error is SqliteFailure or IOException)
        {
            throw Fatal(error);
        }
        catch
        {
            Undo();
            throw;
        }
    }

    private void Undo()
    {
        try
        {
            _db.Rollback();
        }
        catch (SqliteFailure failure)
        {
            throw Fatal(failure);
        }
    }

    private LogException Fatal(Exception error) => error is SqliteFailure failure
        ? failure.WhileRunning(_directory.Database)
        : new LogFatalException(
            $"{_directory.Path}: {error.Message} What was not acknowledged may or may not be stored; the manager must "
            + "start anew. Check the disk and the kernel's log.", error);

    private void Guarded(Action read, SqliteStatement statement)
    {
        try
        {
            read();
        }
        catch (SqliteFailure failure)
        {
            throw failure.WhileRunning(_directory.Database);
        }
        finally
        {
            statement.Reset();
        }
    }
}
