using Orch.Core.Model;
using Orch.Manager.Store;
using Orch.Manager.Store.Consul;
using Orch.Testing;

namespace Orch.Tests.Manager.Store;

/// <summary>A Consul that is killed while it is written to: what was acknowledged is there after, whole and once.</summary>
public sealed class ConsulFaultTests(ConsulServer server) : IClassFixture<ConsulServer>, INeeds
{
    private const int BatchEvents = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static string? Missing => ConsulServer.Missing;

    [ContractFact]
    public async Task Killed_during_appends_it_keeps_what_it_acknowledged_and_the_leader_goes_on()
    {
        await using var log = new ConsulEventLog(new ConsulLogOptions { Addresses = [server.Address], Prefix = server.NewPrefix() });
        await log.OpenAsync(default);
        var epoch = Assert.IsType<CampaignResult.Won>(await log.CampaignAsync(Epoch.None, new LeaderInfo("ada", "a:1"), EpochStep.Term, default)).Epoch;
        ulong acknowledged = 0;
        for (var kill = 0; kill < 3; kill++)
        {
            var target = acknowledged + 30;
            var writer = WriteUntilItFailsAsync();
            await Until.TrueAsync("some writes are acknowledged", () => Volatile.Read(ref acknowledged) >= target, Patience);
            await server.KillAsync();
            await writer;
            await server.StartAsync();

            var head = acknowledged;
            await Until.TrueAsync("the log answers", async () =>
            {
                try
                {
                    var append = await log.AppendAsync(epoch, head, [], default);
                    head = append is AppendResult.Conflict conflict ? conflict.Head : head;
                    return append is AppendResult.Appended;
                }
                catch (LogException)
                {
                    return false;
                }
            }, Patience);
            // The one whose outcome was not known is there as a whole, or not at all.
            Assert.Contains(head, new[] { acknowledged, acknowledged + BatchEvents });
            acknowledged = head;
            ulong next = 1;
            await foreach (var record in log.ReadAsync(0, default))
            {
                Assert.Equal((next, next), (record.Revision, BitConverter.ToUInt64(record.Payload.Span)));
                next++;
            }
            Assert.Equal(head + 1, next);
        }

        async Task WriteUntilItFailsAsync()
        {
            try
            {
                while (true)
                {
                    var append = await log.AppendAsync(epoch, acknowledged, Batch(acknowledged), default);
                    Volatile.Write(ref acknowledged, Assert.IsType<AppendResult.Appended>(append).Head);
                }
            }
            catch (LogException)
            {
                // Its server is gone.
            }
        }
    }

    [ContractFact]
    public async Task A_watcher_whose_server_is_gone_is_told_so()
    {
        await using var log = new ConsulEventLog(new ConsulLogOptions { Addresses = [server.Address], Prefix = server.NewPrefix() });
        await log.OpenAsync(default);
        await using var watch = log.WatchAsync(0, default).GetAsyncEnumerator();
        var next = watch.MoveNextAsync().AsTask();
        await server.KillAsync();
        await Assert.ThrowsAsync<LogException>(() => next.WaitAsync(Patience));
        await server.StartAsync();
    }

    private static List<EventData> Batch(ulong after) =>
        [.. Enumerable.Range(1, BatchEvents).Select(i => new EventData(1, BitConverter.GetBytes(after + (ulong)i)))];
}
