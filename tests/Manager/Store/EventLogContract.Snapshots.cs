using Orch.Manager.Store;

namespace Orch.Tests.Manager.Store;

public abstract partial class EventLogContract
{
    [ContractFact]
    public async Task A_snapshot_comes_back_chunk_by_chunk()
    {
        var log = await OpenAsync();
        await AppendAsync(log, await LeadAsync(log), 0, 5);
        await log.SaveSnapshotAsync(4, Chunks([1, 2, 3], [], [4]));
        log = await ReopenAsync(log);
        var (revision, chunks) = await LoadAsync(log);
        Assert.Equal(4ul, revision);
        Assert.Equal([[1, 2, 3], [], [4]], chunks);
        await log.DisposeAsync();
    }

    [ContractFact]
    public async Task A_newer_snapshot_replaces_the_older_and_never_the_other_way_round()
    {
        await using var log = await OpenAsync();
        await AppendAsync(log, await LeadAsync(log), 0, 5);
        await log.SaveSnapshotAsync(2, Chunks([2]));
        await log.SaveSnapshotAsync(4, Chunks([4]));
        await Assert.ThrowsAsync<ArgumentException>(async () => await log.SaveSnapshotAsync(3, Chunks([3])));
        Assert.Equal([4], Assert.Single((await LoadAsync(log)).Chunks));
    }

    [ContractFact]
    public async Task A_snapshot_of_what_is_not_committed_is_refused()
    {
        await using var log = await OpenAsync();
        await AppendAsync(log, await LeadAsync(log), 0, 5);
        await Assert.ThrowsAsync<ArgumentException>(async () => await log.SaveSnapshotAsync(6, Chunks([6])));
        await Assert.ThrowsAsync<ArgumentException>(async () => await log.SaveSnapshotAsync(0, Chunks([0])));
        Assert.Null(await log.LoadSnapshotAsync());
    }

    [ContractFact]
    public async Task A_snapshot_that_fails_half_way_leaves_the_previous_one()
    {
        await using var log = await OpenAsync();
        await AppendAsync(log, await LeadAsync(log), 0, 5);
        await log.SaveSnapshotAsync(2, Chunks([2]));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await log.SaveSnapshotAsync(4, Failing()));
        await Assert.ThrowsAsync<ArgumentException>(
            async () => await log.SaveSnapshotAsync(4, Chunks(new byte[LogLimits.MaxChunkBytes + 1])));
        Assert.Equal(2ul, (await LoadAsync(log)).Revision);

        static async IAsyncEnumerable<ReadOnlyMemory<byte>> Failing()
        {
            await Task.Yield();
            yield return new byte[100];
            throw new InvalidOperationException("no more");
        }
    }

    [ContractFact]
    public async Task Compaction_never_goes_beyond_the_snapshot()
    {
        await using var log = await OpenAsync();
        await AppendAsync(log, await LeadAsync(log), 0, 20);
        Assert.Equal(0ul, await log.CompactAsync(15));
        await log.SaveSnapshotAsync(10, Chunks([1]));
        Assert.Equal(10ul, await log.CompactAsync(15));
        Assert.Equal(10ul, await log.CompactAsync(3));
        AssertRange(await ReadAllAsync(log, after: 10), 11, 20);
        await Assert.ThrowsAsync<LogCompactedException>(() => ReadAllAsync(log, after: 9));
    }

    [ContractFact]
    public async Task Compaction_keeps_a_tail_for_followers()
    {
        await using var log = await OpenAsync(keepTail: 6);
        await AppendAsync(log, await LeadAsync(log), 0, 20);
        await log.SaveSnapshotAsync(20, Chunks([1]));
        Assert.Equal(14ul, await log.CompactAsync(20));
        AssertRange(await ReadAllAsync(log, after: 14), 15, 20);
    }

    [ContractFact]
    public async Task A_log_compacted_to_its_end_goes_on_after_reopening()
    {
        var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        await AppendAsync(log, epoch, 0, 25_000);
        await log.SaveSnapshotAsync(25_000, Chunks([7]));
        Assert.Equal(25_000ul, await log.CompactAsync(ulong.MaxValue));
        log = await ReopenAsync(log);
        Assert.Empty(await ReadAllAsync(log, after: 25_000));
        await AppendAsync(log, epoch, 25_000, 3);
        log = await ReopenAsync(log);
        AssertRange(await ReadAllAsync(log, after: 25_000), 25_001, 25_003);
        Assert.Equal(25_000ul, (await LoadAsync(log)).Revision);
        await log.DisposeAsync();
    }

    [ContractFact]
    public async Task Appends_and_compaction_do_not_disturb_each_other()
    {
        await using var log = await OpenAsync();
        var epoch = await LeadAsync(log);
        await AppendAsync(log, epoch, 0, 30_000);
        await log.SaveSnapshotAsync(30_000, Chunks([1]));
        var compaction = Task.Run(async () => await log.CompactAsync(30_000));
        for (ulong head = 30_000; head < 30_100; head++)
            await AppendAsync(log, epoch, head);
        Assert.Equal(30_000ul, await compaction);
        AssertRange(await ReadAllAsync(log, after: 30_000), 30_001, 30_100);
    }

    private static async Task<(ulong Revision, byte[][] Chunks)> LoadAsync(IEventLog log)
    {
        var snapshot = await log.LoadSnapshotAsync();
        Assert.NotNull(snapshot);
        var chunks = new List<byte[]>();
        await foreach (var chunk in snapshot.Chunks)
            chunks.Add(chunk.ToArray());
        return (snapshot.Revision, [.. chunks]);
    }
}
