using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Orch.Core.Commands;
using Orch.Core.Model;
using Orch.Core.Model.Specs;
using Orch.Core.State;
using Orch.Manager.Store;
using Orch.Manager.Store.Sqlite;
using Orch.Manager.Writing;

namespace Orch.Bench;

/// <summary>
/// Durable writes as clients see them: each sends a command to the writer, waits until it is decided, appended, fsynced
/// and answered, and sends the next. Only HTTP is left out.
/// </summary>
internal static class WritesBench
{
    public static async Task RunAsync(string[] options)
    {
        var time = TimeSpan.FromSeconds(options.Length > 0 ? double.Parse(options[0], null) : 3);
        var directory = Path.Combine(Path.GetTempPath(), $"orch-bench-writes-{Environment.ProcessId}");
        try
        {
            await using var log = new SqliteEventLog(new SqliteLogOptions { Directory = directory });
            await log.OpenAsync(default);
            var won = (CampaignResult.Won)await log.CampaignAsync(default, new LeaderInfo("bench", "127.0.0.1:1"), EpochStep.Term, default);
            var store = new ClusterStore(new ClusterState(), won.Epoch, log, TimeProvider.System, NewId, NullLogger.Instance);
            using var stop = new CancellationTokenSource();
            var running = store.RunAsync(stop.Token);
            await MeasureAsync(store, 4, time / 4, report: false);
            foreach (var clients in (int[])[1, 4, 16, 64, 256])
                await MeasureAsync(store, clients, time, report: true);
            await stop.CancelAsync();
            await Task.WhenAny(running);
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }

    private static async Task MeasureAsync(ClusterStore store, int clients, TimeSpan time, bool report)
    {
        var clock = Stopwatch.StartNew();
        var latencies = await Task.WhenAll(Enumerable.Range(0, clients).Select(n => Task.Run(() => ClientAsync(store, n, clock, time))));
        var all = latencies.SelectMany(one => one).Order().ToList();
        if (report)
            Console.WriteLine($"{clients,4} clients: {all.Count / clock.Elapsed.TotalSeconds,8:n0} durable writes/s   "
                + $"p50 {all[all.Count / 2]:f3} ms   p99 {all[all.Count * 99 / 100]:f3} ms");
    }

    /// <summary>Creates one service and then changes a label of it, again and again.</summary>
    private static async Task<List<double>> ClientAsync(ClusterStore store, int n, Stopwatch clock, TimeSpan time)
    {
        var name = $"s{Guid.NewGuid():n}";
        await DoAsync(store, new CreateService(Spec(name, 0)));
        var id = store.Current.Services.Values.First(service => service.Spec.Name == name).Id;
        var reference = id.ToString();
        var latencies = new List<double>();
        for (var i = 1; clock.Elapsed < time; i++)
        {
            var version = store.Current.Services.Get(id)!.Version;
            var start = Stopwatch.GetTimestamp();
            await DoAsync(store, new UpdateService(reference, version, Spec(name, i), Rollback: false));
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        return latencies;
    }

    private static async Task DoAsync(ClusterStore store, ClusterCommand command)
    {
        var decision = await store.ExecuteAsync(command);
        if (decision.Refusal is { } refusal)
            throw new InvalidOperationException(refusal.Message);
    }

    private static UInt128 NewId() => new(BitConverter.ToUInt64(Guid.NewGuid().ToByteArray()), (ulong)Random.Shared.NextInt64());

    private static ServiceSpec Spec(string name, int round) => new()
    {
        Name = name,
        Labels = new() { ["round"] = $"{round}" },
        Mode = new() { Replicated = new() { Replicas = 0 } },
        TaskTemplate = new() { ContainerSpec = new() { Image = "app:v1" } },
    };
}
