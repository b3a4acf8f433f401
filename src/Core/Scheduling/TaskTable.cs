using Orch.Core.Model;

namespace Orch.Core.Scheduling;

/// <summary>
/// Task id → a number, for millions of tasks: 20 bytes a place where a dictionary takes 52. Open addressing with
/// linear probing; a removal moves later entries back, so there are no tombstones to sweep.
/// </summary>
internal sealed class TaskTable
{
    private const int Smallest = 16;
    private UInt128[] _ids = new UInt128[Smallest];
    private int[] _values = new int[Smallest];

    public int Count { get; private set; }

    public bool TryGet(TaskId id, out int value)
    {
        var at = Find(id.Value);
        value = _values[at];
        return _ids[at] != 0;
    }

    public void Set(TaskId id, int value)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(id.IsNone, true, nameof(id));
        var at = Find(id.Value);
        if (_ids[at] == 0)
        {
            if ((Count + 1) * 4L > _ids.Length * 3L)
            {
                Resize(_ids.Length * 2);
                at = Find(id.Value);
            }
            _ids[at] = id.Value;
            Count++;
        }
        _values[at] = value;
    }

    public bool Remove(TaskId id, out int value)
    {
        var at = Find(id.Value);
        value = _values[at];
        if (_ids[at] == 0)
            return false;
        CloseGap(at);
        Count--;
        if (_ids.Length > Smallest && Count * 8L < _ids.Length)
            Resize(_ids.Length / 2);
        return true;
    }

    private int Find(UInt128 id)
    {
        var mask = _ids.Length - 1;
        var at = Ids.Hash(id) & mask;
        while (_ids[at] != 0 && _ids[at] != id)
            at = (at + 1) & mask;
        return at;
    }

    private void CloseGap(int gap)
    {
        var mask = _ids.Length - 1;
        for (var at = (gap + 1) & mask; _ids[at] != 0; at = (at + 1) & mask)
        {
            // An entry may move into the gap unless its home lies between the gap and itself.
            var home = Ids.Hash(_ids[at]) & mask;
            if (((at - home) & mask) < ((at - gap) & mask))
                continue;
            (_ids[gap], _values[gap]) = (_ids[at], _values[at]);
            gap = at;
        }
        (_ids[gap], _values[gap]) = (0, 0);
    }

    private void Resize(int size)
    {
        var (ids, values) = (_ids, _values);
        (_ids, _values) = (new UInt128[size], new int[size]);
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] == 0)
                continue;
            var at = Find(ids[i]);
            (_ids[at], _values[at]) = (ids[i], values[i]);
        }
    }
}
