using System.Numerics;

namespace Orch.Core.Scheduling;

/// <summary>
/// A set of node numbers as bits. Only the span of words that was ever set is stored, so a set of one node costs one
/// word however many nodes there are, and narrowing 5,000 nodes by a constraint costs 80 word operations.
/// </summary>
internal sealed class NodeBits
{
    public static readonly NodeBits Empty = new();
    private int _first;
    private ulong[] _words = [];

    public int Count
    {
        get
        {
            var count = 0;
            foreach (var word in _words)
                count += BitOperations.PopCount(word);
            return count;
        }
    }

    public bool IsEmpty => !_words.AsSpan().ContainsAnyExcept(0UL);

    public bool Contains(int node)
    {
        var at = (node >> 6) - _first;
        return (uint)at < (uint)_words.Length && (_words[at] >> node & 1) != 0;
    }

    public void Add(int node)
    {
        Cover(node >> 6);
        _words[(node >> 6) - _first] |= 1UL << node;
    }

    public void Remove(int node)
    {
        var at = (node >> 6) - _first;
        if ((uint)at < (uint)_words.Length)
            _words[at] &= ~(1UL << node);
    }

    public void Clear() => _words.AsSpan().Clear();

    public void CopyFrom(NodeBits other)
    {
        _first = other._first;
        if (_words.Length != other._words.Length)
            _words = new ulong[other._words.Length];
        other._words.CopyTo(_words, 0);
    }

    public NodeBits Copy() => new() { _first = _first, _words = [.. _words] };

    public void IntersectWith(NodeBits other)
    {
        var (from, to) = Overlap(other);
        _words.AsSpan(0, from).Clear();
        _words.AsSpan(to).Clear();
        for (var i = from; i < to; i++)
            _words[i] &= other._words[i + _first - other._first];
    }

    public void ExceptWith(NodeBits other)
    {
        var (from, to) = Overlap(other);
        for (var i = from; i < to; i++)
            _words[i] &= ~other._words[i + _first - other._first];
    }

    public void UnionWith(NodeBits other)
    {
        if (other._words.Length == 0)
            return;
        Cover(other._first);
        Cover(other._first + other._words.Length - 1);
        for (var i = 0; i < other._words.Length; i++)
            _words[i + other._first - _first] |= other._words[i];
    }

    /// <summary>The lowest member at or after <paramref name="from"/>; -1 when there is none.</summary>
    public int Next(int from)
    {
        var at = (from >> 6) - _first;
        if (at < 0)
            (at, from) = (0, _first << 6);
        if (at >= _words.Length)
            return -1;
        var word = _words[at] & (ulong.MaxValue << from);
        while (word == 0)
        {
            if (++at >= _words.Length)
                return -1;
            word = _words[at];
        }
        return ((at + _first) << 6) + BitOperations.TrailingZeroCount(word);
    }

    /// <summary>The lowest member of both sets at or after <paramref name="from"/>; -1 when there is none.</summary>
    public int NextCommon(NodeBits other, int from)
    {
        var (start, end) = Overlap(other);
        var at = (from >> 6) - _first;
        var mask = ulong.MaxValue << from;
        if (at < start)
            (at, mask) = (start, ulong.MaxValue);
        for (var shift = _first - other._first; at < end; at++, mask = ulong.MaxValue)
        {
            var word = _words[at] & other._words[at + shift] & mask;
            if (word != 0)
                return ((at + _first) << 6) + BitOperations.TrailingZeroCount(word);
        }
        return -1;
    }

    /// <summary>Which of this set's words the other one stores too, as a half-open range.</summary>
    private (int From, int To) Overlap(NodeBits other)
    {
        var from = Math.Clamp(other._first - _first, 0, _words.Length);
        var to = Math.Clamp(other._first + other._words.Length - _first, from, _words.Length);
        return (from, to);
    }

    private void Cover(int word)
    {
        if (_words.Length == 0)
            (_first, _words) = (word, new ulong[1]);
        else if (word < _first)
        {
            var grown = new ulong[_words.Length + _first - word];
            _words.CopyTo(grown, _first - word);
            (_first, _words) = (word, grown);
        }
        else if (word >= _first + _words.Length)
            Array.Resize(ref _words, word - _first + 1);
    }
}
