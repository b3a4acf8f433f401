using Orch.Core.Events;
using Orch.Manager.Store;

namespace Orch.Manager.Writing;

/// <summary>Encodes the events of a batch, cut into parts that one append may carry each; pure.</summary>
internal static class BatchParts
{
    /// <summary>At least one part, in order; encoded one by one, so that a huge batch is not in memory twice.</summary>
    public static IEnumerable<IReadOnlyList<EventData>> Of(
        IReadOnlyList<ClusterEvent> events, int maxEvents = LogLimits.MaxBatchEvents, long maxBytes = LogLimits.MaxBatchBytes)
    {
        var part = new List<EventData>(Math.Min(events.Count, maxEvents));
        var bytes = 0L;
        foreach (var e in events)
        {
            var data = new EventData(EventCodec.KindOf(e), EventCodec.Encode(e), e.IsSecret);
            if (part.Count > 0 && (part.Count == maxEvents || bytes + data.Payload.Length > maxBytes))
            {
                yield return part;
                (part, bytes) = ([], 0);
            }
            part.Add(data);
            bytes += data.Payload.Length;
        }
        yield return part;
    }
}
