using System.Text;
using Orch.Core.Model;
using Orch.Manager.Store;
using Orch.Manager.Store.Sqlite;

namespace Orch.Tests.Manager.Store;

/// <summary>What the files of a log owe their owner: rights, one holder, and a clear word when one is damaged.</summary>
public sealed class SqliteDirectoryTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string Log => Path.Combine(_directory.Path, "log");

    private string Database => Path.Combine(Log, "log.db");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Files_are_for_the_owner_alone()
    {
        await using var log = await FilledAsync(3);
        await log.SaveSnapshotAsync(2, One(), default);
        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(Log));
        var files = Directory.GetFiles(Log);
        Assert.Equal(5, files.Length);
        Assert.All(files, file => Assert.Equal(owner, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task A_second_process_is_refused_with_the_pid_of_the_first()
    {
        using var child = ChildProcess.Start(ChildProcess.Command("hold", Log));
        try
        {
            Assert.Equal($"held by {child.Id}", await child.StandardOutput.ReadLineAsync());
            var refused = await Assert.ThrowsAsync<LogInUseException>(OpenAsync);
            Assert.Equal(child.Id, refused.Holder);
            Assert.Contains(Log, refused.Message, StringComparison.Ordinal);
        }
        finally
        {
            child.Kill();
        }
        await child.WaitForExitAsync();
        await (await OpenAsync()).DisposeAsync();
    }

    [Fact]
    public async Task Two_logs_in_one_process_cannot_share_a_directory_either()
    {
        await using var log = await OpenAsync();
        var refused = await Assert.ThrowsAsync<LogInUseException>(OpenAsync);
        Assert.Equal(Environment.ProcessId, refused.Holder);
    }

    [Fact]
    public async Task A_path_that_is_no_directory_is_named()
    {
        await File.WriteAllTextAsync(Log, "");
        var refused = await Assert.ThrowsAsync<LogUnavailableException>(OpenAsync);
        Assert.Contains(Log, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_record_in_the_middle_is_refused_with_file_and_revision()
    {
        await (await FilledAsync(9)).DisposeAsync();
        var bytes = await File.ReadAllBytesAsync(Database);
        bytes[bytes.AsSpan().IndexOf("payload of 5"u8)] ^= 1;
        await File.WriteAllBytesAsync(Database, bytes);
        await using var log = await OpenAsync();
        var seen = new List<ulong>();
        var refused = await Assert.ThrowsAsync<LogCorruptException>(async () =>
        {
            await foreach (var record in log.ReadAsync(0, default))
                seen.Add(record.Revision);
        });
        Assert.Equal([1, 2, 3, 4], seen);
        Assert.Equal((Database, 5ul), (refused.Path, refused.Revision!.Value));
        Assert.Contains("restore a backup", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("log.db", "is gone")]
    [InlineData("snapshot-00000000000000000008.orch", "snapshot is gone")]
    public async Task A_missing_file_is_noticed(string name, string said)
    {
        var log = await FilledAsync(9);
        await log.SaveSnapshotAsync(8, One(), default);
        await log.CompactAsync(8, default);
        await log.DisposeAsync();
        File.Delete(Path.Combine(Log, name));
        var refused = await Assert.ThrowsAsync<LogCorruptException>(OpenAsync);
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_emptied_database_is_refused_and_the_write_ahead_log_beside_it_is_kept()
    {
        await using (var log = await FilledAsync(9))
            CopyTo("copy");
        var copy = Path.Combine(_directory.Path, "copy");
        await File.WriteAllBytesAsync(Path.Combine(copy, "log.db"), []);
        var before = await File.ReadAllBytesAsync(Path.Combine(copy, "log.db-wal"));
        var again = new SqliteEventLog(new SqliteLogOptions { Directory = copy });
        await Assert.ThrowsAsync<LogCorruptException>(async () => await again.OpenAsync(default));
        await again.DisposeAsync();
        Assert.Equal(before, await File.ReadAllBytesAsync(Path.Combine(copy, "log.db-wal")));
    }

    [Fact]
    public async Task A_lost_tail_is_refused_until_it_is_accepted_and_then_raises_the_incarnation()
    {
        var log = await FilledAsync(4);
        CopyTo("older");
        await AppendAsync(log, 4, 5);
        var epoch = (await log.ReadLeaderAsync(default)).Epoch;
        await log.DisposeAsync();
        File.Copy(Path.Combine(_directory.Path, "older", "log.db"), Database, overwrite: true);
        File.Copy(Path.Combine(_directory.Path, "older", "log.db-wal"), Database + "-wal");

        var refused = await Assert.ThrowsAsync<LogCorruptException>(OpenAsync);
        Assert.Contains("ends at revision 4, but 9 was acknowledged", refused.Message, StringComparison.Ordinal);
        await using var accepted = new SqliteEventLog(new SqliteLogOptions { Directory = Log, AcceptLostTail = true });
        var head = await accepted.OpenAsync(default);
        Assert.Equal(4ul, head.Revision);
        Assert.Equal(epoch.Incarnation + 1, head.Leader.Epoch.Incarnation);
        Assert.Null(head.Leader.Leader);
    }

    [Fact]
    public async Task A_half_written_last_transaction_is_dropped()
    {
        await using (var log = await FilledAsync(4))
        {
            CopyTo("torn");
            await AppendAsync(log, 4, 1);
            var wal = await File.ReadAllBytesAsync(Database + "-wal");
            var torn = Path.Combine(_directory.Path, "torn", "log.db-wal");
            var length = (int)new FileInfo(torn).Length;
            await File.WriteAllBytesAsync(torn, wal[..(length + (wal.Length - length) / 2)]);
        }
        await using var again = new SqliteEventLog(
            new SqliteLogOptions { Directory = Path.Combine(_directory.Path, "torn") });
        Assert.Equal(4ul, (await again.OpenAsync(default)).Revision);
    }

    [Fact]
    public async Task A_file_of_another_program_is_left_alone()
    {
        Directory.CreateDirectory(Log);
        var text = Encoding.ASCII.GetBytes(new string('x', 5_000));
        await File.WriteAllBytesAsync(Database, text);
        await Assert.ThrowsAsync<LogCorruptException>(OpenAsync);
        Assert.Equal(text, await File.ReadAllBytesAsync(Database));
    }

    [Fact]
    public async Task A_creation_that_was_cut_off_is_done_again()
    {
        Directory.CreateDirectory(Log);
        await File.WriteAllBytesAsync(Database, []);
        await using var log = await FilledAsync(2);
        Assert.Equal(Epoch.None.NextTerm(), (await log.ReadLeaderAsync(default)).Epoch);
    }

    private async Task<SqliteEventLog> OpenAsync()
    {
        var log = new SqliteEventLog(new SqliteLogOptions { Directory = Log, KeepTail = 0 });
        try
        {
            await log.OpenAsync(default);
            return log;
        }
        catch
        {
            await log.DisposeAsync();
            throw;
        }
    }

    private async Task<SqliteEventLog> FilledAsync(int records)
    {
        var log = await OpenAsync();
        await log.CampaignAsync(Epoch.None, new LeaderInfo("ada", "10.0.0.1:2378"), EpochStep.Term, default);
        await AppendAsync(log, 0, records);
        return log;
    }

    private static async Task AppendAsync(SqliteEventLog log, ulong after, int count)
    {
        var epoch = (await log.ReadLeaderAsync(default)).Epoch;
        for (var i = 1; i <= count; i++)
        {
            var payload = Encoding.ASCII.GetBytes($"payload of {after + (ulong)i}");
            Assert.IsType<AppendResult.Appended>(
                await log.AppendAsync(epoch, after + (ulong)i - 1, [new EventData(1, payload)], default));
        }
    }

    private void CopyTo(string name)
    {
        var target = Directory.CreateDirectory(Path.Combine(_directory.Path, name)).FullName;
        foreach (var file in Directory.GetFiles(Log).Where(file => !file.EndsWith(".lock", StringComparison.Ordinal)))
            File.Copy(file, Path.Combine(target, Path.GetFileName(file)));
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> One()
    {
        await Task.Yield();
        yield return new byte[] { 1 };
    }
}
