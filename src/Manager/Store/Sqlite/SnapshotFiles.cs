using System.Buffers.Binary;
using System.Globalization;

namespace Orch.Manager.Store.Sqlite;

/// <summary>
/// Snapshots are files beside the database, so that writing a large one never holds up an append. A file gets its name
/// only when it is complete and durable; older ones go after that.
/// </summary>
internal sealed class SnapshotFiles
{
    private const string Prefix = "snapshot-";
    private const string Suffix = ".orch";
    private const int NoSpace = 28;

    private readonly DataDirectory _directory;
    private readonly IRecordCipher _cipher;
    private ulong _newest;
    private ulong _verified;

    public SnapshotFiles(DataDirectory directory, IRecordCipher cipher)
    {
        _directory = directory;
        _cipher = cipher;
        _newest = Revisions().DefaultIfEmpty().Max();
    }

    /// <summary>Revision of the newest one, 0 when there is none.</summary>
    public ulong Newest => Volatile.Read(ref _newest);

    public LogSnapshot? Load()
    {
        var revision = Newest;
        return revision == 0
            ? null
            : new LogSnapshot(revision, SnapshotReader.ChunksAsync(
                PathOf(revision), Advice.Restore, revision, SnapshotFile.RecordsAsync(PathOf(revision)), _cipher));
    }

    public async Task SaveAsync(
        ulong revision, IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, CancellationToken cancellation)
    {
        var path = PathOf(revision);
        var temporary = path + ".tmp";
        try
        {
            await using (var file = new FileStream(temporary, DataDirectory.Options(FileMode.Create)))
            {
                await WriteAsync(file, revision, chunks, cancellation);
                Failpoint.Hit("log.snapshot.before-sync");
                file.Flush(flushToDisk: true);
            }
            Failpoint.Hit("log.snapshot.before-rename");
            File.Move(temporary, path, overwrite: true);
            Failpoint.Hit("log.snapshot.after-rename");
            _directory.Sync();
        }
        catch (Exception error)
        {
            TryDelete(temporary);
            throw Explain(error, path);
        }
        Volatile.Write(ref _newest, revision);
        DeleteOlder(revision);
    }

    /// <summary>Reads the newest one once from end to end: it is to replace records that cannot be brought back.</summary>
    public async Task VerifyAsync(CancellationToken cancellation)
    {
        if (Load() is not { } snapshot || snapshot.Revision == _verified)
            return;
        await foreach (var _ in snapshot.Chunks.WithCancellation(cancellation))
            cancellation.ThrowIfCancellationRequested();
        _verified = snapshot.Revision;
    }

    /// <summary>Removes what a crash left unfinished.</summary>
    public void DeleteUnfinished()
    {
        foreach (var path in Directory.EnumerateFiles(_directory.Path, Prefix + "*" + Suffix + ".tmp"))
            TryDelete(path);
    }

    private static Exception Explain(Exception error, string path) => error switch
    {
        IOException { HResult: NoSpace } => new LogFullException(
            $"No space left for the snapshot {path}; the previous one stays. Free some space.", error),
        IOException or UnauthorizedAccessException => new LogException(
            $"The snapshot {path} could not be saved, the previous one stays: {error.Message}", error),
        _ => error,
    };

    private static void TryDelete(string path)
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It is only in the way; the next opening tries again.
        }
    }

    private async Task WriteAsync(
        FileStream file, ulong revision, IAsyncEnumerable<ReadOnlyMemory<byte>> chunks, CancellationToken cancellation)
    {
        var prefix = new byte[4];
        await foreach (var record in SnapshotWriter.RecordsAsync(revision, chunks, _cipher, cancellation))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(prefix, (uint)record.Length);
            await file.WriteAsync(prefix, cancellation);
            await file.WriteAsync(record, cancellation);
        }
    }

    private void DeleteOlder(ulong revision)
    {
        foreach (var older in Revisions().Where(found => found < revision))
            TryDelete(PathOf(older));
    }

    private IEnumerable<ulong> Revisions() =>
        from path in Directory.EnumerateFiles(_directory.Path, Prefix + "*" + Suffix)
        let name = Path.GetFileName(path)[Prefix.Length..^Suffix.Length]
        let isNumber = ulong.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _)
        where isNumber
        select ulong.Parse(name, CultureInfo.InvariantCulture);

    private string PathOf(ulong revision) =>
        Path.Combine(_directory.Path, string.Create(CultureInfo.InvariantCulture, $"{Prefix}{revision:D20}{Suffix}"));
}
