using System.Globalization;
using Orch.Core.Model;
using Orch.Manager.Store;
using Orch.Manager.Store.Sqlite;

namespace Orch.Tests.Manager.Store;

/// <summary>A process of its own that writes a log and says on standard output what was acknowledged.</summary>
internal static class LogChild
{
    private static readonly LeaderInfo Me = new("child", "127.0.0.1:2378");

    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            switch (args)
            {
                case ["append", var directory, var count]:
                    await AppendAsync(directory, int.Parse(count, CultureInfo.InvariantCulture));
                    return 0;
                case ["compact", var directory]:
                    await CompactAsync(directory);
                    return 0;
                case ["fill", var directory, var ballast]:
                    await FillAsync(directory, ballast);
                    return 0;
                case ["hold", var directory]:
                    await HoldAsync(directory);
                    return 0;
                default:
                    return 2;
            }
        }
        catch (LogException error)
        {
            Console.WriteLine($"{error.GetType().Name}: {error.Message}");
            return 3;
        }
    }

    private static async Task<SqliteEventLog> OpenAsync(string directory)
    {
        var log = new SqliteEventLog(
            new SqliteLogOptions { Directory = directory, KeepTail = 5, CheckpointBytes = 256 * 1024 });
        await log.OpenAsync(default);
        return log;
    }

    private static async Task<Epoch> LeadAsync(SqliteEventLog log)
    {
        var seen = (await log.ReadLeaderAsync(default)).Epoch;
        return ((CampaignResult.Won)await log.CampaignAsync(seen, Me, EpochStep.Term, default)).Epoch;
    }

    private static async Task<ulong> AppendOneAsync(SqliteEventLog log, Epoch epoch, ulong head, int bytes)
    {
        var payload = new byte[bytes];
        BitConverter.TryWriteBytes(payload, head + 1);
        EventData[] events = [new((ushort)((head + 1) % 7), payload)];
        var done = (AppendResult.Appended)await log.AppendAsync(epoch, head, events, default);
        Console.WriteLine($"ack {done.Head}");
        return done.Head;
    }

    private static async Task AppendAsync(string directory, int count)
    {
        await using var log = await OpenAsync(directory);
        var epoch = await LeadAsync(log);
        Console.WriteLine("leading");
        for (ulong head = 0; head < (ulong)count;)
            head = await AppendOneAsync(log, epoch, head, 8);
    }

    private static async Task CompactAsync(string directory)
    {
        await using var log = await OpenAsync(directory);
        var epoch = await LeadAsync(log);
        ulong head = 0;
        for (var round = 0; round < 10; round++)
        {
            for (var i = 0; i < 10; i++)
                head = await AppendOneAsync(log, epoch, head, 4096);
            await log.SaveSnapshotAsync(head, Chunk(head), default);
            Console.WriteLine($"snapshot {head}");
            await log.CompactAsync(head, default);
        }
    }

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> Chunk(ulong revision)
    {
        await Task.Yield();
        yield return BitConverter.GetBytes(revision);
    }

    // Fills the file system, is refused, gets space back, goes on, and finds everything in place after opening anew.
    private static async Task FillAsync(string directory, string ballast)
    {
        await File.WriteAllBytesAsync(ballast, new byte[1_500_000]);
        var log = await OpenAsync(directory);
        var epoch = await LeadAsync(log);
        ulong head = 0;
        try
        {
            while (true)
                head = await AppendOneAsync(log, epoch, head, 10_000);
        }
        catch (LogFullException error)
        {
            Console.WriteLine($"full {error.Message}");
        }
        File.Delete(ballast);
        for (var i = 0; i < 20; i++)
            head = await AppendOneAsync(log, epoch, head, 10_000);
        await log.DisposeAsync();
        log = await OpenAsync(directory);
        ulong found = 0;
        await foreach (var record in log.ReadAsync(0, default))
        {
            if (record.Revision != found + 1 || BitConverter.ToUInt64(record.Payload.Span) != record.Revision)
                throw new LogException($"wrong at {record.Revision}");
            found = record.Revision;
        }
        await log.DisposeAsync();
        Console.WriteLine($"found {found}");
    }

    private static async Task HoldAsync(string directory)
    {
        await using var log = await OpenAsync(directory);
        Console.WriteLine($"held by {Environment.ProcessId}");
        await Console.In.ReadLineAsync();
    }
}
