using Orch.Core.Model;

namespace Orch.Manager.Store.Sqlite;

/// <summary>
/// Decides whether the files are a log that can be gone on with. Nothing is written before they are found in order, so
/// that a refusal leaves everything for a second look. Records are verified when they are read.
/// </summary>
internal static class SqliteOpening
{
    public static SqliteStore Open(DataDirectory directory, SqliteLogOptions options)
    {
        var witnessed = ReadWitness(directory);
        var snapshots = new SnapshotFiles(directory, options.Cipher);
        var isNew = CheckFiles(directory, witnessed, snapshots);
        SqliteDb? db = null;
        try
        {
            if (isNew)
                directory.CreateDatabaseFile();
            db = SqliteDb.Open(directory.Database);
            if (isNew || (witnessed is null && !SqliteSchema.Exists(db)))
                SqliteSchema.Create(db);
            else
                CheckDatabase(db, directory, options);
            var store = new SqliteStore(db, directory, options, snapshots);
            store.CheckEnds();
            var lost = witnessed is { } seen && IsShort(store, seen, directory, options);
            CheckSnapshots(store.ReadMeta(), snapshots, directory);
            Commence(store, db, directory, lost ? witnessed!.Value.Epoch : null);
            return store;
        }
        catch (Exception error)
        {
            db?.Dispose();
            throw Explain(error, directory);
        }
    }

    private static Exception Explain(Exception error, DataDirectory directory) => error switch
    {
        SqliteFailure failure => failure.WhileOpening(directory.Database, null),
        IOException or UnauthorizedAccessException => new LogUnavailableException(
            $"The log in {directory.Path} cannot be opened: {error.Message}", error),
        _ => error,
    };

    private static Witnessed? ReadWitness(DataDirectory directory)
    {
        try
        {
            return HeadWitness.Read(directory.Witness);
        }
        catch (InvalidDataException error)
        {
            throw new LogCorruptException(directory.Witness, null, error.Message,
                "It says how far the log had come. Check the disk; if the log itself is known to be complete, move this "
                + "file away and start again.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new LogUnavailableException($"{directory.Witness} cannot be read: {error.Message}", error);
        }
    }

    // An empty database makes SQLite delete the write-ahead log beside it, so this is looked at before SQLite runs.
    private static bool CheckFiles(DataDirectory directory, Witnessed? witnessed, SnapshotFiles snapshots)
    {
        var database = new FileInfo(directory.Database);
        if (database.Exists && database.Length > 0)
            return false;
        var log = new FileInfo(directory.WriteAheadLog);
        if (witnessed is null && snapshots.Newest == 0 && !(log.Exists && log.Length > 0))
            return true;
        throw new LogCorruptException(directory.Database, null,
            database.Exists ? "the file is empty, but a log was here" : "the file is gone, but a log was here",
            "Nothing was changed. Restore the file or a backup; to begin anew, move the whole directory away.");
    }

    private static void CheckDatabase(SqliteDb db, DataDirectory directory, SqliteLogOptions options)
    {
        SqliteSchema.Check(db, directory.Database);
        if (new FileInfo(directory.Database).Length > options.FullCheckMaxBytes)
            return;
        var found = db.Text("PRAGMA quick_check(1)");
        if (found != "ok")
            throw new LogCorruptException(directory.Database, null, found ?? "no answer to a check", Advice.Restore);
    }

    private static bool IsShort(
        SqliteStore store, Witnessed seen, DataDirectory directory, SqliteLogOptions options)
    {
        var meta = store.ReadMeta();
        if (meta.Head >= seen.Head && meta.Epoch >= seen.Epoch)
        {
            if (seen.Head >= meta.Base && store.ChainAt(seen.Head, meta) != seen.HeadChain)
                throw new LogCorruptException(directory.Database, seen.Head,
                    "the log is not the one that was acknowledged here", Advice.Restore);
            return false;
        }
        if (options.AcceptLostTail)
            return true;
        var problem = meta.Head < seen.Head
            ? $"the log ends at revision {meta.Head}, but {seen.Head} was acknowledged"
            : $"the log is at epoch {meta.Epoch}, but {seen.Epoch} was held";
        throw new LogCorruptException(directory.Database, meta.Head + 1, problem, Advice.AcceptLoss);
    }

    private static void CheckSnapshots(LogMeta meta, SnapshotFiles snapshots, DataDirectory directory)
    {
        if (snapshots.Newest < meta.Base)
            throw new LogCorruptException(directory.Path, meta.Base,
                $"the snapshot is gone, and the records up to {meta.Base} are compacted", Advice.Restore);
    }

    private static void Commence(SqliteStore store, SqliteDb db, DataDirectory directory, Epoch? lostEpoch)
    {
        if (lostEpoch is { } epoch)
            store.BeginNewIncarnation(epoch);
        db.Trust(true);
        store.SettleRecovered();
        store.OpenWitness();
        directory.Sync();
    }
}
