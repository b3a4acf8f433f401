namespace Orch.Manager.Store;

/// <summary>Sizes that every provider accepts; what is larger is refused before anything is written.</summary>
public static class LogLimits
{
    /// <summary>Largest payload of one event, in bytes.</summary>
    public const int MaxPayloadBytes = 4 * 1024 * 1024;

    /// <summary>Largest chunk of a snapshot, in bytes.</summary>
    public const int MaxChunkBytes = 4 * 1024 * 1024;

    /// <summary>Most events in one append.</summary>
    public const int MaxBatchEvents = 65_536;

    /// <summary>Largest sum of payloads in one append, in bytes.</summary>
    public const long MaxBatchBytes = 64 * 1024 * 1024;

    /// <summary>Longest id or address of a leader, in UTF-8 bytes.</summary>
    public const int MaxLeaderTextBytes = 512;

    internal static void CheckBatch(IReadOnlyList<EventData> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        if (events.Count > MaxBatchEvents)
            throw new ArgumentException($"{events.Count} events in one append; the limit is {MaxBatchEvents}.");
        var total = 0L;
        for (var i = 0; i < events.Count; i++)
        {
            var length = events[i].Payload.Length;
            if (length > MaxPayloadBytes)
                throw new ArgumentException($"An event of {length} bytes; the limit is {MaxPayloadBytes}.");
            total += length;
        }
        if (total > MaxBatchBytes)
            throw new ArgumentException($"{total} bytes in one append; the limit is {MaxBatchBytes}.");
    }
}
