using System.Diagnostics;
using Orch.Core.Model;
using Orch.Manager.Store;
using Orch.Manager.Store.Sqlite;

namespace Orch.Bench;

/// <summary>
/// How fast the SQLite log is on this disk: durable appends from one caller, what grouping brings, and replay. Every
/// append counts only when its fsync returned; the bare floor of the disk is printed beside it.
/// </summary>
public static class LogBench
{
    private const int PayloadBytes = 160;

    public static async Task RunAsync(string[] args)
    {
        var parent = Option(args, "--dir") ?? Path.GetTempPath();
        var time = TimeSpan.FromSeconds(double.Parse(Option(args, "--seconds") ?? "2"));
        var directory = Path.Combine(parent, $"orch-bench-log-{Environment.ProcessId}");
        try
        {
            Console.WriteLine($"SQLite {SqliteEventLog.LibraryVersion}, {PayloadBytes} B payloads, in {directory}");
            PrintFloor(directory, time / 2);
            await using var log = new SqliteEventLog(new SqliteLogOptions { Directory = directory });
            await log.OpenAsync(default);
            var won = await log.CampaignAsync(default, new LeaderInfo("bench", "127.0.0.1:1"), EpochStep.Term, default);
            var epoch = ((CampaignResult.Won)won).Epoch;
            ulong head = 0;
            foreach (var group in (int[])[1, 4, 16, 64, 256, 1024])
                head = await AppendAsync(log, epoch, head, group, time);
            await ReplayAsync(log, head);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static void PrintFloor(string directory, TimeSpan time)
    {
        Directory.CreateDirectory(directory);
        var path = Path.Combine(directory, "floor");
        using (var file = File.OpenHandle(path, FileMode.Create, FileAccess.Write, preallocationSize: 64 << 20))
        {
            var page = new byte[4096];
            var (count, watch) = (0L, Stopwatch.StartNew());
            for (; watch.Elapsed < time; count++)
            {
                RandomAccess.Write(file, page, count % 16_384 * page.Length);
                RandomAccess.FlushToDisk(file);
            }
            Console.WriteLine($"bare 4 KiB write + fsync      {count / watch.Elapsed.TotalSeconds,10:N0} /s");
        }
        File.Delete(path);
    }

    private static async Task<ulong> AppendAsync(
        SqliteEventLog log, Epoch epoch, ulong head, int group, TimeSpan time)
    {
        var payload = new byte[PayloadBytes];
        var events = Enumerable.Repeat(new EventData(1, payload), group).ToArray();
        var latencies = new List<double>();
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < time)
        {
            var start = Stopwatch.GetTimestamp();
            head = ((AppendResult.Appended)await log.AppendAsync(epoch, head, events, default)).Head;
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        var perSecond = latencies.Count / watch.Elapsed.TotalSeconds;
        latencies.Sort();
        Console.WriteLine(
            $"groups of {group,4}: {perSecond * group,10:N0} events/s {perSecond,8:N0} commits/s   "
            + $"p50 {latencies[latencies.Count / 2]:N3} ms   p99 {latencies[latencies.Count * 99 / 100]:N3} ms");
        return head;
    }

    private static async Task ReplayAsync(SqliteEventLog log, ulong head)
    {
        var watch = Stopwatch.StartNew();
        ulong read = 0;
        await foreach (var record in log.ReadAsync(0, default))
            read = record.Revision;
        if (read != head)
            throw new InvalidOperationException($"Replay ended at {read}, not at {head}.");
        Console.WriteLine($"replay: {read:N0} events, {read / watch.Elapsed.TotalSeconds:N0} /s, verified");
    }

    private static string? Option(string[] args, string name) =>
        Array.IndexOf(args, name) is var at and >= 0 && at + 1 < args.Length ? args[at + 1] : null;
}
