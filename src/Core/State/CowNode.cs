using System.Diagnostics.CodeAnalysis;

namespace Orch.Core.State;

/// <summary>A node of a <see cref="CowMap{TKey,TValue}"/>; <paramref name="owner"/> may edit it in place.</summary>
internal abstract class CowNode<TKey, TValue>(EditToken owner) where TKey : notnull, IEquatable<TKey>
{
    protected EditToken Owner { get; } = owner;

    public abstract bool TryGet(uint hash, TKey key, int shift, [MaybeNullWhen(false)] out TValue value);
    public abstract CowNode<TKey, TValue> Set(
        EditToken token, uint hash, TKey key, TValue value, int shift, out bool added);

    /// <summary>Null when nothing is left below.</summary>
    public abstract CowNode<TKey, TValue>? Remove(EditToken token, uint hash, TKey key, int shift, out bool removed);
    public abstract IEnumerable<KeyValuePair<TKey, TValue>> Entries();
}

/// <summary>Sixteen children by four bits of the hash.</summary>
internal sealed class CowBranch<TKey, TValue>(EditToken owner) : CowNode<TKey, TValue>(owner)
    where TKey : notnull, IEquatable<TKey>
{
    private CowNode<TKey, TValue>?[] _children = new CowNode<TKey, TValue>?[CowMap.Width];

    private static int IndexOf(uint hash, int shift) => (int)((hash >> shift) & (CowMap.Width - 1));

    public override bool TryGet(uint hash, TKey key, int shift, [MaybeNullWhen(false)] out TValue value)
    {
        if (_children[IndexOf(hash, shift)] is { } child)
            return child.TryGet(hash, key, shift + CowMap.Bits, out value);
        value = default;
        return false;
    }

    public override CowNode<TKey, TValue> Set(
        EditToken token, uint hash, TKey key, TValue value, int shift, out bool added)
    {
        var index = IndexOf(hash, shift);
        var before = _children[index];
        CowNode<TKey, TValue> after;
        if (before is null)
            (after, added) = (CowLeaf<TKey, TValue>.Single(token, key, value), true);
        else
            after = before.Set(token, hash, key, value, shift + CowMap.Bits, out added);
        return ReferenceEquals(before, after) ? this : WithChild(token, index, after);
    }

    public override CowNode<TKey, TValue>? Remove(
        EditToken token, uint hash, TKey key, int shift, out bool removed)
    {
        removed = false;
        var index = IndexOf(hash, shift);
        if (_children[index] is not { } before)
            return this;
        var after = before.Remove(token, hash, key, shift + CowMap.Bits, out removed);
        if (ReferenceEquals(before, after))
            return this;
        var branch = WithChild(token, index, after);
        return after is null && branch.IsEmpty ? null : branch;
    }

    public override IEnumerable<KeyValuePair<TKey, TValue>> Entries()
    {
        foreach (var child in _children)
        {
            if (child is null)
                continue;
            foreach (var entry in child.Entries())
                yield return entry;
        }
    }

    private bool IsEmpty => Array.TrueForAll(_children, child => child is null);

    private CowBranch<TKey, TValue> WithChild(EditToken token, int index, CowNode<TKey, TValue>? child)
    {
        var branch = this;
        if (Owner != token)
            branch = new CowBranch<TKey, TValue>(token) { _children = [.. _children] };
        branch._children[index] = child;
        return branch;
    }
}

/// <summary>Up to <see cref="Capacity"/> entries side by side; more only where all 32 bits of the hashes are equal.</summary>
internal sealed class CowLeaf<TKey, TValue>(EditToken owner) : CowNode<TKey, TValue>(owner)
    where TKey : notnull, IEquatable<TKey>
{
    private const int Capacity = 24;
    private KeyValuePair<TKey, TValue>[] _entries = [];
    private int _count;

    public static CowLeaf<TKey, TValue> Single(EditToken token, TKey key, TValue value) =>
        new(token) { _entries = [new(key, value)], _count = 1 };

    public override bool TryGet(uint hash, TKey key, int shift, [MaybeNullWhen(false)] out TValue value)
    {
        var index = IndexOf(key);
        value = index < 0 ? default : _entries[index].Value;
        return index >= 0;
    }

    public override CowNode<TKey, TValue> Set(
        EditToken token, uint hash, TKey key, TValue value, int shift, out bool added)
    {
        var index = IndexOf(key);
        added = index < 0;
        if (added && _count >= Capacity && shift < CowMap.MaxShift)
            return Split(token, shift).Set(token, hash, key, value, shift, out added);

        var leaf = Owned(token, added ? _count + 1 : _count);
        if (added)
            index = leaf._count++;
        leaf._entries[index] = new(key, value);
        return leaf;
    }

    public override CowNode<TKey, TValue>? Remove(
        EditToken token, uint hash, TKey key, int shift, out bool removed)
    {
        var index = IndexOf(key);
        removed = index >= 0;
        if (!removed)
            return this;
        if (_count == 1)
            return null;
        var leaf = Owned(token, _count);
        leaf._entries[index] = leaf._entries[--leaf._count];
        leaf._entries[leaf._count] = default;
        return leaf;
    }

    public override IEnumerable<KeyValuePair<TKey, TValue>> Entries()
    {
        for (var i = 0; i < _count; i++)
            yield return _entries[i];
    }

    private int IndexOf(TKey key)
    {
        for (var i = 0; i < _count; i++)
        {
            if (_entries[i].Key.Equals(key))
                return i;
        }
        return -1;
    }

    private CowLeaf<TKey, TValue> Owned(EditToken token, int room)
    {
        var leaf = Owner == token ? this : new CowLeaf<TKey, TValue>(token) { _count = _count };
        if (leaf != this || _entries.Length < room)
        {
            var size = room <= _entries.Length ? _entries.Length : Math.Max(room, _entries.Length + _entries.Length / 2 + 1);
            var entries = new KeyValuePair<TKey, TValue>[size];
            Array.Copy(_entries, entries, _count);
            leaf._entries = entries;
        }
        return leaf;
    }

    private CowBranch<TKey, TValue> Split(EditToken token, int shift)
    {
        CowNode<TKey, TValue> branch = new CowBranch<TKey, TValue>(token);
        for (var i = 0; i < _count; i++)
        {
            var (key, value) = _entries[i];
            branch = branch.Set(token, CowMap.HashOf(key), key, value, shift, out _);
        }
        return (CowBranch<TKey, TValue>)branch;
    }
}
