namespace Orch.Core.Networking;

/// <summary>
/// Numbers 0 … size-1, each given out at most once at a time. Never-used numbers come first, then those freed longest
/// ago, so that whoever still talks to a former holder reaches nobody rather than the wrong one. Once many wait in that
/// quarantine they are used before new numbers, which bounds memory. Amortised constant time.
/// </summary>
public sealed class NumberPool(ulong size)
{
    private const int Quarantine = 65_536;
    private const long Used = 0;

    // Every number ever used: Used, or the moment (by count) when it was freed.
    private readonly Dictionary<ulong, long> _seen = [];
    private readonly Queue<(ulong Number, long FreedAt)> _freed = [];
    private ulong _cursor;
    private long _frees;

    public ulong Size { get; } = size;
    public ulong UsedCount { get; private set; }
    public ulong FreeCount => Size - UsedCount;

    public bool IsUsed(ulong number) => _seen.TryGetValue(number, out var state) && state == Used;

    /// <summary>A free number, now used; null when there is none.</summary>
    public ulong? Take()
    {
        if (FreeCount == 0)
            return null;
        var waiting = (ulong)_seen.Count - UsedCount;
        var number = waiting >= Quarantine || (ulong)_seen.Count == Size ? OldestFreed() : NextUnseen();
        Use(number);
        return number;
    }

    /// <summary>Takes exactly this number; false when it is used or out of range.</summary>
    public bool TryReserve(ulong number)
    {
        if (number >= Size || IsUsed(number))
            return false;
        Use(number);
        return true;
    }

    /// <summary>
    /// Marks a number used while state is rebuilt from records, and goes on after the highest: what was freed before
    /// the rebuild is not known any more, and most of it lies below.
    /// </summary>
    public bool Restore(ulong number)
    {
        if (!TryReserve(number))
            return false;
        _cursor = Math.Max(_cursor, number + 1);
        return true;
    }

    /// <summary>False when it was not used.</summary>
    public bool Free(ulong number)
    {
        if (!IsUsed(number))
            return false;
        _seen[number] = ++_frees;
        _freed.Enqueue((number, _frees));
        UsedCount--;
        DropStale();
        return true;
    }

    private void Use(ulong number)
    {
        _seen[number] = Used;
        UsedCount++;
    }

    private ulong OldestFreed()
    {
        while (_freed.TryDequeue(out var entry))
        {
            if (_seen[entry.Number] == entry.FreedAt)
                return entry.Number;
        }
        throw new InvalidOperationException("a free number is in no queue");
    }

    private ulong NextUnseen()
    {
        for (; ; _cursor++)
        {
            if (_cursor >= Size)
                _cursor = 0;
            if (!_seen.ContainsKey(_cursor))
                return _cursor++;
        }
    }

    /// <summary>A number reserved out of turn leaves its place in the queue behind; they must not pile up.</summary>
    private void DropStale()
    {
        if (_freed.Count < 64 || (ulong)_freed.Count < 2 * ((ulong)_seen.Count - UsedCount))
            return;
        for (var left = _freed.Count; left > 0; left--)
        {
            var entry = _freed.Dequeue();
            if (_seen[entry.Number] == entry.FreedAt)
                _freed.Enqueue(entry);
        }
    }
}
