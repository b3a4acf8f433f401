using System.Globalization;
using System.Text.RegularExpressions;
using Orch.Manager.Store;
using Orch.Manager.Store.Sqlite;

namespace Orch.Tests.Manager.Store;

/// <summary>Acknowledged means fsynced, and a failed fsync ends the process: shown on system calls, not on trust.</summary>
public sealed partial class SqliteDurabilityTests : IDisposable
{
    // On a real disk: a file system in memory has nothing to flush.
    private readonly TemporaryDirectory _directory = new(onDisk: true);

    private string Log => Path.Combine(_directory.Path, "log");

    public void Dispose() => _directory.Dispose();

    [NeedsFact("strace", "-f", "-e", "trace=none", "true")]
    public async Task Each_acknowledgement_comes_after_a_successful_fdatasync_of_what_was_written()
    {
        const int appends = 50;
        var trace = Path.Combine(_directory.Path, "trace");
        string[] strace = ["strace", "-f", "-y", "-o", trace, "-e", "trace=fdatasync,fsync,write,pwrite64"];
        var result = await ChildProcess.RunAsync([.. strace, .. ChildProcess.Command("append", Log, $"{appends}")]);
        Assert.Equal(0, result.ExitCode);

        var (isWritten, isSynced, isLeading, acknowledged) = (false, false, false, 0);
        foreach (var line in await File.ReadAllLinesAsync(trace))
        {
            if (line.Contains("log.db-wal>", StringComparison.Ordinal) && line.Contains("pwrite64", StringComparison.Ordinal))
                (isWritten, isSynced) = (true, false);
            else if (SyncOfLog().IsMatch(line))
                isSynced = isWritten;
            else if (line.Contains("\"leading", StringComparison.Ordinal))
                (isLeading, isWritten, isSynced) = (true, false, false);
            else if (isLeading && line.Contains("\"ack ", StringComparison.Ordinal))
            {
                Assert.True(isSynced, $"acknowledged without a sync: {line}");
                (isWritten, isSynced) = (false, false);
                acknowledged++;
            }
        }
        Assert.Equal(appends, acknowledged);
    }

    [NeedsFact("strace", "-f", "-e", "trace=none", "true")]
    public async Task A_failed_fdatasync_ends_the_process_and_loses_nothing_acknowledged()
    {
        var command = ChildProcess.Command("append", Log, "100000");
        string[] strace = ["strace", "-f", "-o", "/dev/null", "-e", "trace=fdatasync"];
        var result = await ChildProcess.RunAsync([.. strace, "-e", "inject=fdatasync:error=EIO:when=30+", .. command]);
        Assert.Equal(3, result.ExitCode);
        Assert.StartsWith(nameof(LogFatalException), result.Lines[^1], StringComparison.Ordinal);
        Assert.True(result.Acknowledged > 0);
        await AssertHoldsAsync(result.Acknowledged);
    }

    [NeedsFact("unshare", "-m", "true")]
    public async Task A_full_disk_refuses_clearly_and_goes_on_when_there_is_space()
    {
        var script = $"mount -t tmpfs -o size=4m none {_directory.Path} && exec \"$@\"";
        var child = ChildProcess.Command("fill", Log, Path.Combine(_directory.Path, "ballast"));
        var result = await ChildProcess.RunAsync(["unshare", "-m", "sh", "-c", script, "sh", .. child]);
        Assert.True(result.ExitCode == 0, string.Join('\n', result.Lines) + result.Errors);
        Assert.Contains(result.Lines, line => line.StartsWith("full No space left for", StringComparison.Ordinal));
        Assert.Equal($"found {result.Acknowledged}", result.Lines[^1]);
    }

    [NeedsFact("unshare", "-m", "true")]
    public async Task A_read_only_file_system_is_named()
    {
        var script = $"mount -t tmpfs -o ro none {_directory.Path} && exec \"$@\"";
        var child = ChildProcess.Command("append", Log, "1");
        var result = await ChildProcess.RunAsync(["unshare", "-m", "sh", "-c", script, "sh", .. child]);
        Assert.Equal(3, result.ExitCode);
        Assert.Contains("Read-only file system", result.Lines[^1], StringComparison.Ordinal);
        Assert.Contains(Log, result.Lines[^1], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("log.append.before-commit", 12)]
    [InlineData("log.append.after-commit", 1)]
    [InlineData("log.append.after-commit", 37)]
    [InlineData("log.append.after-witness", 37)]
    [InlineData("log.snapshot.before-sync", 2)]
    [InlineData("log.snapshot.before-rename", 2)]
    [InlineData("log.snapshot.after-rename", 2)]
    [InlineData("log.compact.before-commit", 2)]
    [InlineData("log.checkpoint.before", 1)]
    [InlineData("log.checkpoint.after", 1)]
    public async Task Killed_anywhere_it_keeps_what_was_acknowledged(string failpoint, int hit)
    {
        var result = await ChildProcess.RunAsync(ChildProcess.Command("compact", Log), $"{failpoint}=kill@{hit}");
        Assert.Equal(128 + 9, result.ExitCode);
        await AssertHoldsAsync(result.Acknowledged);
    }

    [Theory]
    [InlineData("log.append.before-commit")]
    [InlineData("log.append.after-commit")]
    [InlineData("log.checkpoint.before")]
    public async Task An_input_output_error_ends_the_process_and_loses_nothing(string failpoint)
    {
        var result = await ChildProcess.RunAsync(ChildProcess.Command("compact", Log), $"{failpoint}=eio@2");
        Assert.Equal(3, result.ExitCode);
        Assert.StartsWith(nameof(LogFatalException), result.Lines[^1], StringComparison.Ordinal);
        await AssertHoldsAsync(result.Acknowledged);
    }

    // All acknowledged records, at most the one in flight on top, and a log that goes on.
    private async Task AssertHoldsAsync(ulong acknowledged)
    {
        await using var log = new SqliteEventLog(new SqliteLogOptions { Directory = Log });
        var head = await log.OpenAsync(default);
        Assert.InRange(head.Revision, acknowledged, acknowledged + 1);
        Assert.True(head.SnapshotRevision >= head.CompactedTo);
        var next = head.CompactedTo;
        await foreach (var record in log.ReadAsync(head.CompactedTo, default))
        {
            Assert.Equal(++next, record.Revision);
            Assert.Equal(next, BitConverter.ToUInt64(record.Payload.Span));
        }
        Assert.Equal(head.Revision, next);
        if (await log.LoadSnapshotAsync(default) is { } snapshot)
            await foreach (var chunk in snapshot.Chunks)
                Assert.Equal(snapshot.Revision, BitConverter.ToUInt64(chunk.Span));
        var epoch = head.Leader.Epoch;
        var won = await log.CampaignAsync(epoch, new LeaderInfo("next", "127.0.0.1:1"), EpochStep.Term, default);
        var append = await log.AppendAsync(
            ((CampaignResult.Won)won).Epoch, head.Revision, [new EventData(1, default)], default);
        Assert.Equal(new AppendResult.Appended(head.Revision + 1), append);
        Assert.Empty(Directory.GetFiles(Log, "*.tmp"));
    }

    [GeneratedRegex(@"fdatasync\(\d+<[^>]*log\.db-wal>\)\s+= 0|fdatasync resumed>\)\s+= 0")]
    private static partial Regex SyncOfLog();
}
