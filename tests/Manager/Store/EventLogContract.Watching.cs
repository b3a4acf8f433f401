using Orch.Manager.Store;

namespace Orch.Tests.Manager.Store;

public abstract partial class EventLogContract
{
    [ContractFact]
    public async Task A_watch_sees_what_is_stored_and_then_what_is_appended()
    {
        await using var first = await OpenAsync();
        var second = await ContenderAsync(first);
        var epoch = await LeadAsync(first);
        await AppendAsync(first, epoch, 0, 3);
        await using var watch = second.WatchAsync(1).GetAsyncEnumerator();
        Assert.True(await watch.MoveNextAsync());
        AssertRange(watch.Current, 2, 3);
        var next = watch.MoveNextAsync();
        await AppendAsync(first, epoch, 3, 2);
        Assert.True(await next);
        AssertRange(watch.Current, 4, 5);
    }

    [ContractFact]
    public async Task Watches_never_go_back_and_never_skip()
    {
        const ulong last = 2_000;
        await using var first = await OpenAsync();
        var second = await ContenderAsync(first);
        var epoch = await LeadAsync(first);
        var watchers = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            ulong seen = 0;
            await foreach (var batch in second.WatchAsync(0))
            {
                Assert.NotEmpty(batch);
                AssertRange(batch, seen + 1, seen + (ulong)batch.Count);
                seen += (ulong)batch.Count;
                if (seen == last)
                    break;
            }
            return seen;
        })).ToArray();
        for (ulong head = 0; head < last;)
            head = await AppendAsync(first, epoch, head, (int)Math.Min(1 + head % 17, last - head));
        Assert.All(await Task.WhenAll(watchers), seen => Assert.Equal(last, seen));
    }

    [ContractFact]
    public async Task A_watch_ends_when_cancelled()
    {
        await using var log = await OpenAsync();
        using var source = new CancellationTokenSource();
        await using var watch = log.WatchAsync(0, source.Token).GetAsyncEnumerator();
        var next = watch.MoveNextAsync();
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    [ContractFact]
    public async Task A_watch_ends_when_its_log_is_closed()
    {
        var log = await OpenAsync();
        await using var watch = log.WatchAsync(0).GetAsyncEnumerator();
        var next = watch.MoveNextAsync();
        await log.DisposeAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
    }

    [ContractFact]
    public async Task A_watcher_that_was_left_behind_by_compaction_is_told_so()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        await AppendAsync(log, epoch, 0, 10);
        await log.SaveSnapshotAsync(10, Chunks([1]));
        await log.CompactAsync(8);
        await using var watch = log.WatchAsync(3).GetAsyncEnumerator();
        var told = await Assert.ThrowsAsync<LogCompactedException>(async () => await watch.MoveNextAsync());
        Assert.Equal(8ul, told.CompactedTo);
    }
}
