using Orch.Core.Model;
using Orch.Manager.Store;

namespace Orch.Tests.Manager.Store;

/// <summary>What every provider owes its callers. A provider's tests say how to open it, and inherit the rest.</summary>
public abstract partial class EventLogContract
{
    protected static readonly LeaderInfo Ada = new("ada", "10.0.0.1:2378");
    protected static readonly LeaderInfo Bob = new("bob", "10.0.0.2:2378");

    /// <summary>Opens the one log of this test, keeping so many records at a compaction.</summary>
    protected abstract ValueTask<IEventLog> OpenAsync(int keepTail = 0);

    /// <summary>What a second manager would hold: another handle, where the store allows one.</summary>
    protected virtual ValueTask<IEventLog> ContenderAsync(IEventLog first) => ValueTask.FromResult(first);

    private async Task<IEventLog> ReopenAsync(IEventLog log)
    {
        await log.DisposeAsync();
        return await OpenAsync();
    }

    protected static async Task<Epoch> LeadAsync(IEventLog log, LeaderInfo? who = null)
    {
        var seen = (await log.ReadLeaderAsync()).Epoch;
        return Assert.IsType<CampaignResult.Won>(await log.CampaignAsync(seen, who ?? Ada)).Epoch;
    }

    protected static EventData Event(ulong number) => new((ushort)(number % 7), BitConverter.GetBytes(number));

    protected static EventData[] Events(ulong first, int count) =>
        [.. Enumerable.Range(0, count).Select(i => Event(first + (ulong)i))];

    protected static async Task<ulong> AppendAsync(IEventLog log, Epoch epoch, ulong after, int count = 1) =>
        Assert.IsType<AppendResult.Appended>(await log.AppendAsync(epoch, after, Events(after + 1, count))).Head;

    protected static async Task<List<LogRecord>> ReadAllAsync(IEventLog log, ulong after = 0)
    {
        var records = new List<LogRecord>();
        await foreach (var record in log.ReadAsync(after))
            records.Add(record);
        return records;
    }

    /// <summary>Records made by <see cref="Events"/> must be those of revisions first to last, in order.</summary>
    protected static void AssertRange(IReadOnlyList<LogRecord> records, ulong first, ulong last)
    {
        Assert.Equal((int)(last + 1 - first), records.Count);
        for (var i = 0; i < records.Count; i++)
        {
            var revision = first + (ulong)i;
            Assert.Equal(revision, records[i].Revision);
            Assert.Equal((ushort)(revision % 7), records[i].Kind);
            Assert.Equal(revision, BitConverter.ToUInt64(records[i].Payload.Span));
        }
    }

    protected static async IAsyncEnumerable<ReadOnlyMemory<byte>> Chunks(params byte[][] chunks)
    {
        foreach (var chunk in chunks)
        {
            await Task.Yield();
            yield return chunk;
        }
    }
}
