using System.Net;
using System.Net.Sockets;
using Orch.Core.Model;
using Orch.Manager.Store;
using Orch.Manager.Store.Consul;
using Orch.Testing;

namespace Orch.Tests.Manager.Store;

/// <summary>The contract in a real Consul, and what only such a store can do to a log.</summary>
public sealed class ConsulEventLogTests(ConsulServer server) : EventLogContract, IClassFixture<ConsulServer>, INeeds
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly string _prefix = ConsulServer.Missing is null ? server.NewPrefix() : "";

    public static string? Missing => ConsulServer.Missing;

    private ConsulLogOptions Options => new()
    {
        Addresses = [server.Address],
        Prefix = _prefix,
        CallWithin = Patience,
        LeaderCallWithin = Patience,
    };

    protected override async ValueTask<IEventLog> OpenAsync(int keepTail = 0) => await OpenedAsync(Options with { KeepTail = keepTail });

    protected override ValueTask<IEventLog> ContenderAsync(IEventLog first) => OpenAsync();

    private static async ValueTask<IEventLog> OpenedAsync(ConsulLogOptions options)
    {
        var log = new ConsulEventLog(options);
        await log.OpenAsync(default);
        return log;
    }

    [ContractFact]
    public async Task Two_managers_that_open_it_at_once_make_its_keys_once()
    {
        var logs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => OpenAsync().AsTask()));
        await AppendAsync(logs[0], await LeadAsync(logs[0]), 0);
        foreach (var log in logs)
        {
            AssertRange(await ReadAllAsync(log), 1, 1);
            await log.DisposeAsync();
        }
    }

    [ContractFact]
    public async Task A_batch_of_any_allowed_size_is_one_record_and_compaction_takes_its_parts_along()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        var random = new Random(7);
        ulong head = 0;
        foreach (var size in new[] { 100_000, 376 * 1024 - 72, 376 * 1024 - 24, 376 * 1024, 512 * 1024, 3_000_000 })
        {
            var payload = new byte[size];
            random.NextBytes(payload);
            head = Assert.IsType<AppendResult.Appended>(await log.AppendAsync(epoch, head, [new(3, payload), Event(head + 2)])).Head;
            var back = await ReadAllAsync(log, head - 2);
            Assert.True(back[0].Payload.Span.SequenceEqual(payload));
        }
        Assert.Equal(6, (await server.KeysAsync($"{_prefix}/log/")).Length);
        Assert.NotEmpty(await server.KeysAsync($"{_prefix}/part/"));
        var before = await log.MeasureAsync();
        await log.SaveSnapshotAsync(head, Chunks(new byte[1_000_000]));
        Assert.Equal(head, await log.CompactAsync(head));
        Assert.Empty(await server.KeysAsync($"{_prefix}/log/"));
        Assert.Empty(await server.KeysAsync($"{_prefix}/part/"));
        Assert.True(before > 4_500_000);
        Assert.InRange(await log.MeasureAsync(), 1_000_000, 1_100_000);
    }

    [ContractFact]
    public async Task A_reader_begins_anywhere_inside_a_record_and_compaction_cuts_through_one()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        await AppendAsync(log, epoch, 0, 100);
        await AppendAsync(log, epoch, 100, 200);
        await AppendAsync(log, epoch, 300);
        foreach (var after in new ulong[] { 0, 1, 63, 64, 99, 100, 101, 192, 255, 256, 299, 300 })
            AssertRange(await ReadAllAsync(log, after), after + 1, 301);
        await log.SaveSnapshotAsync(250, Chunks([1]));
        Assert.Equal(250ul, await log.CompactAsync(250));
        AssertRange(await ReadAllAsync(log, 250), 251, 301);
        AssertRange(await ReadAllAsync(await OpenAsync(), 270), 271, 301);
        await Assert.ThrowsAsync<LogCompactedException>(() => ReadAllAsync(log, 249));
        Assert.Equal(2, (await server.KeysAsync($"{_prefix}/log/")).Length);
    }

    [ContractFact]
    public async Task A_record_that_was_changed_or_removed_is_never_handed_out()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        for (ulong head = 0; head < 10; head++)
            await AppendAsync(log, epoch, head);
        var keys = await server.KeysAsync($"{_prefix}/log/");
        var value = await server.GetAsync(keys[3]);
        value[^6] ^= 1;
        await server.PutAsync(keys[3], value);
        Assert.Equal(4ul, (await Assert.ThrowsAsync<LogCorruptException>(() => ReadAllAsync(log))).Revision);
        AssertRange(await ReadAllAsync(log, after: 4), 5, 10);
        await server.PutAsync(keys[4], [9, 9]);
        Assert.Equal(5ul, (await Assert.ThrowsAsync<LogCorruptException>(() => ReadAllAsync(log, after: 4))).Revision);
        await server.DeleteAsync(keys[6]);
        Assert.Equal(7ul, (await Assert.ThrowsAsync<LogCorruptException>(() => ReadAllAsync(log, after: 5))).Revision);
        await server.DeleteAsync(keys[9]);
        Assert.Equal(10ul, (await Assert.ThrowsAsync<LogCorruptException>(async () => await OpenAsync())).Revision);
        await server.DeleteAsync($"{_prefix}/head");
        await Assert.ThrowsAsync<LogCorruptException>(async () => await log.ReadLeaderAsync());
    }

    [ContractFact]
    public async Task A_damaged_snapshot_is_refused_and_nothing_is_compacted_for_it()
    {
        await using var log = await OpenAsync();
        await AppendAsync(log, await LeadAsync(log), 0, 10);
        await log.SaveSnapshotAsync(10, Chunks(new byte[700_000], [2]));
        var parts = await server.KeysAsync($"{_prefix}/snapshot-part/");
        Assert.Equal(2, parts.Length);
        await server.DeleteAsync(parts[1]);
        await Assert.ThrowsAsync<LogCorruptException>(async () => await log.CompactAsync(10));
        AssertRange(await ReadAllAsync(log), 1, 10);
        await log.SaveSnapshotAsync(10, Chunks([3]));
        Assert.Single(await server.KeysAsync($"{_prefix}/snapshot-part/"));
    }

    [ContractFact]
    public async Task A_snapshot_that_is_replaced_while_it_is_read_is_no_damage()
    {
        await using var log = await OpenAsync();
        await AppendAsync(log, await LeadAsync(log), 0, 10);
        await log.SaveSnapshotAsync(5, Chunks(new byte[400_000], new byte[400_000], [3]));
        await using var chunks = (await log.LoadSnapshotAsync())!.Chunks.GetAsyncEnumerator();
        Assert.True(await chunks.MoveNextAsync());
        await log.SaveSnapshotAsync(10, Chunks([9]));
        var replaced = await Assert.ThrowsAsync<LogException>(async () =>
        {
            while (await chunks.MoveNextAsync())
                Assert.NotEqual(0, chunks.Current.Length);
        });
        Assert.Contains("Load again", replaced.Message, StringComparison.Ordinal);
    }

    [ContractFact]
    public async Task Of_two_snapshots_saved_at_once_one_counts_and_is_whole()
    {
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        await AppendAsync(first, await LeadAsync(first), 0, 10);
        var between = new TaskCompletionSource();
        var slow = first.SaveSnapshotAsync(9, Slowly()).AsTask();
        await second.SaveSnapshotAsync(10, Chunks([7]));
        between.SetResult();
        await Assert.ThrowsAsync<ArgumentException>(() => slow);
        Assert.Equal(10ul, (await first.LoadSnapshotAsync())!.Revision);
        Assert.Single(await server.KeysAsync($"{_prefix}/snapshot-part/"));

        async IAsyncEnumerable<ReadOnlyMemory<byte>> Slowly()
        {
            yield return new byte[600_000];
            await between.Task;
            yield return new byte[600_000];
        }
    }

    [ContractFact]
    public async Task An_address_that_does_not_answer_is_passed_over()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var dead = $"127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}";
        silent.Stop();
        await using var log = await OpenedAsync(Options with { Addresses = [dead, server.Address] });
        await AppendAsync(log, await LeadAsync(log), 0, 3);
        AssertRange(await ReadAllAsync(log), 1, 3);
    }

    [ContractFact]
    public async Task A_server_that_cannot_be_used_is_named_with_the_reason()
    {
        await using var nobody = new ConsulEventLog(Options with { Addresses = ["127.0.0.1:1"] });
        var refused = await Assert.ThrowsAsync<LogException>(async () => await nobody.OpenAsync(default));
        Assert.Contains("Consul at 127.0.0.1:1", refused.Message, StringComparison.Ordinal);

        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var address = $"127.0.0.1:{((IPEndPoint)silent.LocalEndpoint).Port}";
        await using var mute = new ConsulEventLog(Options with { Addresses = [address], CallWithin = TimeSpan.FromSeconds(0.5) });
        Assert.Contains("did not answer within 0.5 s", (await Assert.ThrowsAsync<LogException>(async () => await mute.OpenAsync(default))).Message,
            StringComparison.Ordinal);
    }

    [ContractFact]
    public async Task Of_two_managers_that_campaign_at_once_exactly_one_wins()
    {
        var rounds = int.TryParse(Environment.GetEnvironmentVariable("ORCH_CAMPAIGNS"), out var count) ? count : 100;
        await using var first = await OpenAsync();
        await using var second = await OpenAsync();
        var seen = Epoch.None;
        for (var round = 0; round < rounds; round++)
        {
            var both = await Task.WhenAll(first.CampaignAsync(seen, Ada).AsTask(), second.CampaignAsync(seen, Bob).AsTask());
            seen = Assert.Single(both.OfType<CampaignResult.Won>()).Epoch;
        }
        Assert.Equal((ulong)rounds, seen.Term);
    }
}
