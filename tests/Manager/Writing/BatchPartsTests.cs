using Orch.Core.Events;
using Orch.Core.Model;
using Orch.Manager.Store;
using Orch.Manager.Writing;

namespace Orch.Tests.Manager.Writing;

public sealed class BatchPartsTests
{
    private static readonly ClusterEvent[] _events =
        [.. Enumerable.Range(1, 10).Select(i => new NodeRemoved(new NodeId((UInt128)i)))];

    [Theory]
    [InlineData(3, long.MaxValue)]
    [InlineData(int.MaxValue, 100)]
    [InlineData(int.MaxValue, 1)]
    [InlineData(10, long.MaxValue)]
    public void Every_part_keeps_both_limits_and_nothing_is_lost_or_reordered(int maxEvents, long maxBytes)
    {
        var parts = BatchParts.Of(_events, maxEvents, maxBytes).ToList();

        Assert.All(parts, part => Assert.InRange(part.Count, 1, maxEvents));
        Assert.All(parts, part => Assert.True(part.Count == 1 || part.Sum(e => (long)e.Payload.Length) <= maxBytes));
        Assert.Equal(_events, parts.SelectMany(part => part).Select(e => EventCodec.Decode(e.Kind, e.Payload.Span)));
    }

    [Fact]
    public void An_ordinary_batch_is_one_append() => Assert.Single(BatchParts.Of(_events));

    [Fact]
    public void No_events_are_one_part_that_only_compares() => Assert.Empty(Assert.Single(BatchParts.Of([])));
}
