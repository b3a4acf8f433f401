using Orch.Core.Model;
using Orch.Manager.Store;
using Orch.Manager.Store.Sqlite;

namespace Orch.Tests.Manager.Store;

/// <summary>
/// The files of a small log as they lie on the disk when its process is killed: some records in the database, the last
/// ones still in the write-ahead log, the first ones compacted into a snapshot.
/// </summary>
internal sealed class LogImage
{
    public const ulong Base = 5;

    private LogImage(Dictionary<string, byte[]> files, List<(long LogBytes, ulong Head)> commits)
    {
        Files = files;
        Commits = commits;
    }

    public Dictionary<string, byte[]> Files { get; }

    /// <summary>Length of the write-ahead log after each commit, and the head that was acknowledged then.</summary>
    public List<(long LogBytes, ulong Head)> Commits { get; }

    public ulong Head => Commits[^1].Head;

    public static async Task<LogImage> TakeAsync(string directory)
    {
        var (log, epoch) = await LeadAsync(directory);
        ulong head = 0;
        foreach (var batch in (int[])[3, 1, 8])
            head = await AppendAsync(log, epoch, head, batch);
        await log.SaveSnapshotAsync(6, Snapshot(), default);
        await log.CompactAsync(Base, default);
        await log.DisposeAsync();

        (log, epoch) = await LeadAsync(directory);
        var wal = new FileInfo(Path.Combine(directory, "log.db-wal"));
        var commits = new List<(long, ulong)> { (0, head) };
        foreach (var batch in (int[])[1, 3, 2, 1])
        {
            head = await AppendAsync(log, epoch, head, batch);
            wal.Refresh();
            commits.Add((wal.Length, head));
        }
        var files = Directory.GetFiles(directory)
            .Where(path => Path.GetFileName(path) != "log.lock")
            .ToDictionary(path => Path.GetFileName(path), File.ReadAllBytes);
        await log.DisposeAsync();
        return new LogImage(files, commits);
    }

    public static byte[] PayloadOf(ulong revision)
    {
        var payload = new byte[10 + revision * 37 % 190];
        for (var i = 0; i < payload.Length; i++)
            payload[i] = (byte)(revision * 131 + (ulong)i * revision + (ulong)i);
        return payload;
    }

    public static async Task<ulong> AppendAsync(IEventLog log, Epoch epoch, ulong head, int count)
    {
        var events = Enumerable.Range(1, count)
            .Select(i => new EventData((ushort)(head + (ulong)i), PayloadOf(head + (ulong)i))).ToArray();
        return Assert.IsType<AppendResult.Appended>(await log.AppendAsync(epoch, head, events)).Head;
    }

    public void WriteTo(string directory, string? changedName = null, byte[]? changed = null)
    {
        foreach (var stale in Directory.GetFiles(directory))
            File.Delete(stale);
        foreach (var (name, bytes) in Files)
            File.WriteAllBytes(Path.Combine(directory, name), name == changedName ? changed! : bytes);
    }

    private static async Task<(SqliteEventLog Log, Epoch Epoch)> LeadAsync(string directory)
    {
        var log = new SqliteEventLog(new SqliteLogOptions { Directory = directory, KeepTail = 0 });
        var head = await log.OpenAsync(default);
        var won = await log.CampaignAsync(
            head.Leader.Epoch, new LeaderInfo("ada", "10.0.0.1:2378"), EpochStep.Term, default);
        return (log, ((CampaignResult.Won)won).Epoch);
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Snapshot()
    {
        for (var i = 0; i < 3; i++)
        {
            await Task.Yield();
            yield return PayloadOf((ulong)i);
        }
    }
}
