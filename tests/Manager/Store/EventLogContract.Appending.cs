using Orch.Core.Model;
using Orch.Manager.Store;

namespace Orch.Tests.Manager.Store;

public abstract partial class EventLogContract
{
    [ContractFact]
    public async Task A_new_log_is_empty_and_free()
    {
        await using var log = await OpenAsync();
        var leader = await log.ReadLeaderAsync();
        Assert.Equal(new LeaderView(Epoch.None, null, 0), leader);
        Assert.Empty(await ReadAllAsync(log));
        Assert.Null(await log.LoadSnapshotAsync());
    }

    [ContractFact]
    public async Task Appended_events_are_read_back_in_order_with_dense_revisions()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        Assert.Equal(1ul, await AppendAsync(log, epoch, 0));
        Assert.Equal(4ul, await AppendAsync(log, epoch, 1, 3));
        AssertRange(await ReadAllAsync(log), 1, 4);
        AssertRange(await ReadAllAsync(log, after: 3), 4, 4);
        Assert.Empty(await ReadAllAsync(log, after: 4));
    }

    [ContractFact]
    public async Task Reading_beyond_the_head_is_refused()
    {
        await using var log = await OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => ReadAllAsync(log, after: 1));
    }

    [ContractFact]
    public async Task Of_two_writers_at_one_revision_exactly_one_is_stored()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        for (ulong head = 0; head < 50; head++)
        {
            var at = head;
            var both = await Task.WhenAll(
                Task.Run(async () => await log.AppendAsync(epoch, at, [Event(at + 1)])),
                Task.Run(async () => await log.AppendAsync(epoch, at, [Event(at + 1)])));
            Assert.Single(both.OfType<AppendResult.Appended>());
            Assert.Equal(at + 1, Assert.Single(both.OfType<AppendResult.Conflict>()).Head);
        }
        AssertRange(await ReadAllAsync(log), 1, 50);
    }

    [ContractFact]
    public async Task A_refused_append_leaves_nothing_behind()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        await AppendAsync(log, epoch, 0, 2);
        Assert.Equal(new AppendResult.Conflict(2), await log.AppendAsync(epoch, 1, Events(2, 5)));
        Assert.Equal(new AppendResult.Conflict(2), await log.AppendAsync(epoch, 3, Events(4, 5)));
        Assert.Equal(new AppendResult.Fenced(epoch), await log.AppendAsync(new Epoch(9, 9), 2, Events(3, 5)));
        AssertRange(await ReadAllAsync(log), 1, 2);
    }

    [ContractFact]
    public async Task An_empty_append_only_compares()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        await AppendAsync(log, epoch, 0);
        Assert.Equal(new AppendResult.Appended(1), await log.AppendAsync(epoch, 1, []));
        Assert.Equal(new AppendResult.Conflict(1), await log.AppendAsync(epoch, 0, []));
        Assert.IsType<AppendResult.Fenced>(await log.AppendAsync(Epoch.None, 1, []));
    }

    [ContractFact]
    public async Task Ten_thousand_events_go_in_at_once()
    {
        var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        Assert.Equal(10_000ul, await AppendAsync(log, epoch, 0, 10_000));
        AssertRange(await ReadAllAsync(log), 1, 10_000);
        log = await ReopenAsync(log);
        AssertRange(await ReadAllAsync(log, after: 4_321), 4_322, 10_000);
        await log.DisposeAsync();
    }

    [ContractFact]
    public async Task Empty_and_large_payloads_come_back_whole()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        var large = new byte[LogLimits.MaxPayloadBytes];
        new Random(5).NextBytes(large);
        await log.AppendAsync(epoch, 0, [new EventData(ushort.MaxValue, large), new EventData(0, default)]);
        var records = await ReadAllAsync(log);
        Assert.True(records[0].Payload.Span.SequenceEqual(large));
        Assert.Equal(ushort.MaxValue, records[0].Kind);
        Assert.Equal(0, records[1].Payload.Length);
    }

    [ContractFact]
    public async Task What_is_too_large_is_refused_before_anything_is_written()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        EventData[] tooLarge = [Event(1), new(1, new byte[LogLimits.MaxPayloadBytes + 1])];
        await Assert.ThrowsAsync<ArgumentException>(async () => await log.AppendAsync(epoch, 0, tooLarge));
        var tooMany = new EventData[LogLimits.MaxBatchEvents + 1];
        await Assert.ThrowsAsync<ArgumentException>(async () => await log.AppendAsync(epoch, 0, tooMany));
        Assert.Empty(await ReadAllAsync(log));
    }

    [ContractFact]
    public async Task A_sealed_event_without_a_key_is_refused_and_nothing_is_written()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        EventData[] events = [Event(1), new(1, new byte[8], Sealed: true)];
        await Assert.ThrowsAsync<LogLockedException>(async () => await log.AppendAsync(epoch, 0, events));
        Assert.Empty(await ReadAllAsync(log));
        await AppendAsync(log, epoch, 0);
    }

    [ContractFact]
    public async Task The_caller_may_reuse_its_buffer_after_an_append()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        var buffer = BitConverter.GetBytes(1ul);
        await log.AppendAsync(epoch, 0, [new EventData(1, buffer)]);
        buffer.AsSpan().Clear();
        AssertRange(await ReadAllAsync(log), 1, 1);
    }

    [ContractFact]
    public async Task A_call_cancelled_beforehand_does_nothing()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        var cancelled = new CancellationToken(canceled: true);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await log.AppendAsync(epoch, 0, [Event(1)], cancelled));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            async () => await log.CampaignAsync(epoch, Bob, EpochStep.Term, cancelled));
        Assert.Empty(await ReadAllAsync(log));
        Assert.Equal(epoch, (await log.ReadLeaderAsync()).Epoch);
    }

    [ContractFact]
    public async Task An_append_cancelled_at_any_moment_is_whole_or_absent()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        ulong head = 0;
        for (var round = 0; round < 200; round++)
        {
            using var source = new CancellationTokenSource();
            var append = log.AppendAsync(epoch, head, Events(head + 1, 10), source.Token).AsTask();
            await source.CancelAsync();
            await Task.WhenAny(append);
            if (append.IsCompletedSuccessfully)
                head = Assert.IsType<AppendResult.Appended>(await append).Head;
            AssertRange(await ReadAllAsync(log), 1, head);
        }
    }

    [ContractFact]
    public async Task A_reopened_log_keeps_everything_and_goes_on()
    {
        var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        ulong head = 0;
        for (var round = 0; round < 5; round++)
        {
            head = await AppendAsync(log, epoch, head, 100);
            log = await ReopenAsync(log);
            var leader = await log.ReadLeaderAsync();
            Assert.Equal((epoch, Ada), (leader.Epoch, leader.Leader!));
            AssertRange(await ReadAllAsync(log), 1, head);
        }
        await log.DisposeAsync();
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await log.AppendAsync(epoch, head, [Event(1)]));
    }
}
