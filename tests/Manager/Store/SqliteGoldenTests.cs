using Orch.Manager.Store;
using Orch.Manager.Store.Sqlite;

namespace Orch.Tests.Manager.Store;

/// <summary>The files of a log of format 1, left by a process that was killed, can be opened for ever.</summary>
public sealed class SqliteGoldenTests : IDisposable
{
    private static readonly Dictionary<string, string> Files = new()
    {
        ["log.db"] = "sqlite-v1-db",
        ["log.db-wal"] = "sqlite-v1-wal",
        ["log.head"] = "sqlite-v1-head",
        ["snapshot-00000000000000000006.orch"] = "snapshot-v1",
    };

    private readonly TemporaryDirectory _directory = new();

    private string Log => Path.Combine(_directory.Path, "log");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_golden_log_opens_reads_and_goes_on()
    {
        var image = await LogImage.TakeAsync(Log);
        Directory.Delete(Log, recursive: true);
        Directory.CreateDirectory(Log);
        foreach (var (name, golden) in Files)
        {
            GoldenFile.WriteMissing(golden, image.Files[name]);
            await File.WriteAllBytesAsync(Path.Combine(Log, name), GoldenFile.Read(golden));
        }

        await using var log = new SqliteEventLog(new SqliteLogOptions { Directory = Log });
        var head = await log.OpenAsync(default);
        Assert.Equal((19ul, LogImage.Base, 6ul), (head.Revision, head.CompactedTo, head.SnapshotRevision));
        Assert.Equal(new LeaderInfo("ada", "10.0.0.1:2378"), head.Leader.Leader);
        var next = LogImage.Base;
        await foreach (var record in log.ReadAsync(next, default))
        {
            Assert.Equal(++next, record.Revision);
            Assert.Equal(LogImage.PayloadOf(next), record.Payload.ToArray());
        }
        Assert.Equal(19ul, next);
        Assert.Equal(20ul, await LogImage.AppendAsync(log, head.Leader.Epoch, 19, 1));
    }

    [Fact]
    public async Task A_snapshot_is_written_as_ever()
    {
        var image = await LogImage.TakeAsync(Log);
        GoldenFile.Check("snapshot-v1", image.Files["snapshot-00000000000000000006.orch"]);
    }
}
