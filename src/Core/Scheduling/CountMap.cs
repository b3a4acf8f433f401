namespace Orch.Core.Scheduling;

/// <summary>
/// Node number → how many, zero by default. One array, since there is one map per service and most services are
/// small. Same scheme as <see cref="TaskTable"/>.
/// </summary>
internal sealed class CountMap
{
    // High half: node + 1 (0 = free place); low half: the count.
    private long[] _entries = [];

    /// <summary>Nodes with a count above zero.</summary>
    public int Count { get; private set; }

    public int this[int node]
    {
        get
        {
            if (Count == 0)
                return 0;
            var entry = _entries[Find(node)];
            return entry == 0 ? 0 : (int)entry;
        }
    }

    public void Add(int node, int change)
    {
        if (_entries.Length == 0)
            _entries = new long[2];
        var at = Find(node);
        if (_entries[at] == 0)
        {
            if ((Count + 1) * 4L > _entries.Length * 3L)
            {
                Grow();
                at = Find(node);
            }
            _entries[at] = (long)(node + 1) << 32;
            Count++;
        }
        _entries[at] += change;
        if ((int)_entries[at] != 0)
            return;
        CloseGap(at);
        Count--;
    }

    public void Clear() => (_entries, Count) = ([], 0);

    /// <summary>Entries by place: <c>for (var at = 0; map.Read(ref at, out node, out count);)</c>.</summary>
    public bool Read(ref int at, out int node, out int count)
    {
        while (at < _entries.Length)
        {
            var entry = _entries[at++];
            if (entry == 0)
                continue;
            (node, count) = ((int)(entry >> 32) - 1, (int)entry);
            return true;
        }
        (node, count) = (-1, 0);
        return false;
    }

    private static int Home(int node, int mask) => (int)((uint)node * 0x9E3779B1U >> 7) & mask;

    private int Find(int node)
    {
        var mask = _entries.Length - 1;
        var at = Home(node, mask);
        while (_entries[at] != 0 && (int)(_entries[at] >> 32) != node + 1)
            at = (at + 1) & mask;
        return at;
    }

    private void CloseGap(int gap)
    {
        var mask = _entries.Length - 1;
        for (var at = (gap + 1) & mask; _entries[at] != 0; at = (at + 1) & mask)
        {
            var home = Home((int)(_entries[at] >> 32) - 1, mask);
            if (((at - home) & mask) < ((at - gap) & mask))
                continue;
            _entries[gap] = _entries[at];
            gap = at;
        }
        _entries[gap] = 0;
    }

    private void Grow()
    {
        var old = _entries;
        _entries = new long[old.Length * 2];
        foreach (var entry in old)
        {
            if (entry != 0)
                _entries[Find((int)(entry >> 32) - 1)] = entry;
        }
    }
}
